using System.Text;

namespace Aspire.Dashboard.Layout;

/// <summary>An address with its query; every filter and selection of a page lives in it, so that a link brings them back.</summary>
public sealed record PageUrl(string Path, IReadOnlyList<(string Key, string Value)> Query)
{
    public static PageUrl To(string path, params (string Key, string? Value)[] query) =>
        new(path, [.. query.Where(q => !string.IsNullOrEmpty(q.Value)).Select(q => (q.Key, q.Value!))]);

    /// <summary>The same address with one value changed, or taken away by null.</summary>
    public PageUrl With(string key, string? value)
    {
        var rest = Query.Where(q => q.Key != key);
        return this with { Query = string.IsNullOrEmpty(value) ? [.. rest] : [.. rest, (key, value)] };
    }

    public PageUrl Plus(string key, string value) => Query.Contains((key, value)) ? this : this with { Query = [.. Query, (key, value)] };

    public PageUrl Minus(string key, string value) => this with { Query = [.. Query.Where(q => q != (key, value))] };

    public override string ToString()
    {
        var text = new StringBuilder(Path);
        var separator = '?';
        foreach (var (key, value) in Query)
        {
            text.Append(separator).Append(Uri.EscapeDataString(key)).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }

        return text.ToString();
    }
}
