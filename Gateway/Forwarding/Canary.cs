namespace Switchyard.Gateway.Forwarding;

/// <summary>Which share of a cluster's requests its canary replicas take; section <c>Gateway:Canary:NAME</c>, followed without a restart.
/// The replicas are those of the service <c>NAME-canary</c>.</summary>
public sealed record Canary(double Percent, string Header)
{
    public static readonly Canary Off = new(0, "X-Canary");

    /// <summary>What callers say in the header, <c>always</c> or <c>never</c>, wins over the dice.</summary>
    public bool Takes(IHeaderDictionary headers, Func<double> roll) => headers[Header] switch
    {
        [var said] when "always".Equals(said, StringComparison.OrdinalIgnoreCase) => true,
        [var said] when "never".Equals(said, StringComparison.OrdinalIgnoreCase) => false,
        _ => Percent > 0 && roll() * 100 < Percent,
    };

    /// <summary>Reads one cluster's section; complains when it is not understood.</summary>
    public static Canary Read(IConfiguration section, ICollection<string> complaints)
    {
        var (percent, header) = (section["percent"], section["header"] ?? Off.Header);
        if (percent is null && section["header"] is null) return Off;
        if (double.TryParse(percent ?? "0", System.Globalization.CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 100)
            return new Canary(share, header);
        complaints.Add($"Gateway:Canary:{(section as IConfigurationSection)?.Key}:percent must be a number from 0 to 100");
        return Off;
    }
}
