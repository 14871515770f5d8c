using System.Text.Json;
using Switchyard.Storage.Audit;

namespace Switchyard.Gateway.Denials;

/// <summary>Gathers denials so that a thousand equal ones become one audit entry that says a thousand.</summary>
public sealed class DenialTally(int mostKinds)
{
    private readonly Dictionary<Denial, Seen> _kinds = [];
    private readonly Dictionary<string, long> _rest = new(StringComparer.Ordinal);

    public bool IsEmpty => _kinds.Count == 0 && _rest.Count == 0;

    /// <summary>False when the denial could only be counted, because there are too many kinds already.</summary>
    public bool Add(in DenialSeen seen)
    {
        if (_kinds.TryGetValue(seen.Denial, out var before))
        {
            _kinds[seen.Denial] = before with { Count = before.Count + 1, Last = seen.At };
            return true;
        }

        if (_kinds.Count >= mostKinds)
        {
            Count(seen.Denial.Status, 1);
            return false;
        }

        _kinds[seen.Denial] = new Seen(1, seen.Path, seen.TraceId, seen.At, seen.At);
        return true;
    }

    /// <summary>Adds denials of which only status and number are known.</summary>
    public void Count(string status, long count)
    {
        if (count > 0) _rest[status] = _rest.GetValueOrDefault(status) + count;
    }

    public IReadOnlyList<AuditEntry> ToEntries() =>
    [
        .. _kinds.Select(kind => new AuditEntry
        {
            Org = kind.Key.Org,
            Actor = kind.Key.Actor,
            TokenId = kind.Key.TokenId,
            Action = "auth.denied",
            Resource = kind.Key.Route,
            Status = kind.Key.Status,
            Ip = kind.Key.Ip,
            TraceId = kind.Value.TraceId,
            DetailJson = JsonSerializer.Serialize(
                new DenialDetail(kind.Value.Count, kind.Key.Reason, kind.Value.Path, kind.Value.First, kind.Value.Last), DenialJson.Default.DenialDetail),
        }),
        .. _rest.Select(kind => new AuditEntry
        {
            Org = Everyone,
            Actor = Anonymous,
            Action = "auth.denied",
            Resource = "*",
            Status = kind.Key,
            DetailJson = JsonSerializer.Serialize(
                new DenialDetail(kind.Value, "Too many at once to list one by one.", null, null, null), DenialJson.Default.DenialDetail),
        }),
    ];

    public void Clear()
    {
        _kinds.Clear();
        _rest.Clear();
    }

    /// <summary>The audit chain of what belongs to no organization; administrators read it.</summary>
    public const string Everyone = "*";

    public const string Anonymous = "anonymous";

    private readonly record struct Seen(long Count, string Path, string? TraceId, DateTimeOffset First, DateTimeOffset Last);
}

/// <summary>What the audit's detail column holds for a denial.</summary>
public sealed record DenialDetail(long Count, string? Reason, string? Path, DateTimeOffset? FirstAt, DateTimeOffset? LastAt);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(
    PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
[System.Text.Json.Serialization.JsonSerializable(typeof(DenialDetail))]
internal sealed partial class DenialJson : System.Text.Json.Serialization.JsonSerializerContext;
