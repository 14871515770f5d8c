using System.Data.Common;
using System.Diagnostics;
using Dapper;

namespace Switchyard.Storage.Audit;

/// <summary>Appends entries to the audit chain inside the caller's transaction, so that entry and change commit together.</summary>
public sealed class AuditWriter(TimeProvider time)
{
    public async Task WriteAsync(DbConnection connection, DbTransaction tx, AuditEntry entry, CancellationToken stop = default)
    {
        // One statement takes the next number and, until the transaction ends, the lock on the organization's chain.
        // RETURNING still gives the previous hash, because only seq was changed.
        var head = await connection.QuerySingleAsync<Head>(new CommandDefinition(
            """
            INSERT INTO audit_heads (org, seq, hash) VALUES (@Org, 1, @Genesis)
            ON CONFLICT (org) DO UPDATE SET seq = audit_heads.seq + 1
            RETURNING seq, hash
            """,
            new { entry.Org, AuditRow.Genesis }, tx, cancellationToken: stop));

        var row = Link(entry, head);
        await connection.ExecuteAsync(new CommandDefinition(
            $"""
            INSERT INTO audit_logs ({AuditRow.Columns})
            VALUES (@Id, @Org, @Seq, @Actor, @TokenId, @Action, @Resource, @Status, @DetailJson, @Ip, @TraceId, @CreatedAt, @PrevHash, @Hash);
            UPDATE audit_heads SET hash = @Hash WHERE org = @Org;
            """,
            row, tx, cancellationToken: stop));
    }

    private AuditRow Link(AuditEntry entry, Head head)
    {
        // Stored precision before hashing: what is read back must hash alike.
        var now = DapperSetup.ToStoredPrecision(time.GetUtcNow());
        var row = new AuditRow
        {
            Id = Guid.CreateVersion7(now),
            Org = entry.Org,
            Seq = head.Seq,
            Actor = entry.Actor,
            TokenId = entry.TokenId,
            Action = entry.Action,
            Resource = entry.Resource,
            Status = entry.Status,
            DetailJson = entry.DetailJson,
            Ip = entry.Ip,
            TraceId = entry.TraceId ?? Activity.Current?.TraceId.ToHexString(),
            CreatedAt = now,
            PrevHash = head.Hash,
        };
        return row with { Hash = row.ComputeHash() };
    }

    private sealed record Head
    {
        public required long Seq { get; init; }

        public required string Hash { get; init; }
    }
}
