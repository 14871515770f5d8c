using System.ComponentModel.DataAnnotations;

namespace Switchyard.Gateway.Limits;

/// <summary>What one token or one address may ask of the gateway; section <c>Gateway:Limits</c>, followed without a restart.</summary>
public sealed class LimitOptions
{
    /// <summary>Requests per second of a token that names no limit of its own. The default of 10,000 only stops a runaway client.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; set; } = 10_000;

    /// <summary>Requests that a token may have in flight at once, streams included. Default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int Concurrency { get; set; } = 1_000;

    /// <summary>Tokens nobody gave out, presented from one address within a minute, before it is locked out. Default 100.</summary>
    [Range(1, 1_000_000)]
    public int InvalidAttempts { get; set; } = 100;

    /// <summary>How long a lockout lasts. Default one minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Lockout { get; set; } = TimeSpan.FromMinutes(1);
}
