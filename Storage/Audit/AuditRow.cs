using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Switchyard.Storage.Audit;

/// <summary>A stored entry: a link of its organization's chain.</summary>
public sealed record AuditRow
{
    /// <summary>What the first entry of an organization follows.</summary>
    public const string Genesis = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>The columns, in the order of the table.</summary>
    public const string Columns =
        "id, org, seq, actor, token_id, action, resource, status, detail_json, ip, trace_id, created_at, prev_hash, hash";

    public required Guid Id { get; init; }

    public required string Org { get; init; }

    public required long Seq { get; init; }

    public required string Actor { get; init; }

    public string? TokenId { get; init; }

    public required string Action { get; init; }

    public required string Resource { get; init; }

    public required string Status { get; init; }

    public string? DetailJson { get; init; }

    public string? Ip { get; init; }

    public string? TraceId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string PrevHash { get; init; }

    public string Hash { get; init; } = "";

    /// <summary>SHA-256 over prev_hash and every other column, as a JSON array: no two entries share one text.</summary>
    public string ComputeHash()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue(PrevHash);
            json.WriteStringValue(Id);
            json.WriteStringValue(Org);
            json.WriteNumberValue(Seq);
            json.WriteStringValue(Actor);
            json.WriteStringValue(TokenId);
            json.WriteStringValue(Action);
            json.WriteStringValue(Resource);
            json.WriteStringValue(Status);
            json.WriteStringValue(DetailJson);
            json.WriteStringValue(Ip);
            json.WriteStringValue(TraceId);
            json.WriteStringValue(CreatedAt.ToString(DapperSetup.InstantFormat, CultureInfo.InvariantCulture));
            json.WriteEndArray();
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }
}
