using Dapper;

namespace Switchyard.Storage.Audit;

/// <summary>Walks an organization's audit chain and names the first entry that was edited, deleted or reordered.</summary>
public sealed class AuditVerifier(Database db)
{
    private const int PageSize = 1000;

    public async Task<AuditVerification> VerifyAsync(string org, CancellationToken stop = default)
    {
        await using var connection = await db.OpenAsync(stop);
        // The head first: entries written while we walk lie behind it and are simply not looked at.
        var head = await connection.QuerySingleOrDefaultAsync<Head>(new CommandDefinition(
            "SELECT seq, hash FROM audit_heads WHERE org = @org", new { org }, cancellationToken: stop));
        var (seq, hash) = (0L, AuditRow.Genesis);
        while (true)
        {
            var page = (await connection.QueryAsync<AuditRow>(new CommandDefinition(
                $"SELECT {AuditRow.Columns} FROM audit_logs WHERE org = @org AND seq > @seq ORDER BY seq LIMIT {PageSize}",
                new { org, seq }, cancellationToken: stop))).AsList();
            foreach (var row in page)
            {
                if (row.Seq > (head?.Seq ?? 0)) return End();
                if (row.Seq != seq + 1) return Broken(seq + 1, "the entry is missing");
                if (row.ComputeHash() != row.Hash) return Broken(row.Seq, "the entry was changed after it was written");
                if (row.PrevHash != hash) return Broken(row.Seq, "the entry does not follow the one before it");
                (seq, hash) = (row.Seq, row.Hash);
            }

            if (page.Count < PageSize) return End();
        }

        AuditVerification Broken(long at, string why) => new(org, seq, at, why);

        AuditVerification End() =>
            head is null || (seq == head.Seq && hash == head.Hash) ? new(org, seq, null, null)
            : seq < head.Seq ? Broken(seq + 1, "the entry is missing")
            : Broken(seq, "the chain's end was changed");
    }

    private sealed record Head
    {
        public required long Seq { get; init; }

        public required string Hash { get; init; }
    }
}

/// <summary>How far a chain holds, and where it breaks if it does.</summary>
public sealed record AuditVerification(string Org, long Entries, long? BrokenAt, string? Reason)
{
    public bool IsSound => BrokenAt is null;
}
