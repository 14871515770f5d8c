using Dapper;
using Switchyard.Storage.Audit;
using Switchyard.Tests.Support;

namespace Switchyard.Storage.Tests;

public abstract class AuditContract : DatabaseContract
{
    private readonly MovableClock _clock = new();

    [Fact]
    public async Task A7_an_entry_keeps_every_field_and_verifies()
    {
        var entry = new AuditEntry
        {
            Org = "acme", Actor = "ops ✓", TokenId = "t1", Action = "workflow.applied", Resource = "workflows/report@1.0.0",
            Status = AuditStatus.Denied, DetailJson = """{"before":null,"after":{"n":1}}""", Ip = "10.0.0.7", TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
        };

        await WriteAsync(entry);

        await using var connection = await Db.OpenAsync(TestContext.Current.CancellationToken);
        var row = await connection.QuerySingleAsync<AuditRow>($"SELECT {AuditRow.Columns} FROM audit_logs");
        Assert.Equal(
            (entry.Org, entry.Actor, entry.TokenId, entry.Action, entry.Resource, entry.Status, entry.DetailJson, entry.Ip, entry.TraceId),
            (row.Org, row.Actor, row.TokenId, row.Action, row.Resource, row.Status, row.DetailJson, row.Ip, row.TraceId));
        Assert.Equal((1, AuditRow.Genesis, _clock.GetUtcNow()), (row.Seq, row.PrevHash, row.CreatedAt));
        Assert.True((await VerifyAsync()).IsSound);
    }

    [Fact]
    public async Task A7_an_entry_vanishes_with_the_change_that_is_rolled_back()
    {
        await WriteManyAsync(2);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Db.InTransactionAsync(async (connection, tx) =>
        {
            await new AuditWriter(_clock).WriteAsync(connection, tx, Entry(3));
            throw new InvalidOperationException("the change failed");
        }));
        await WriteAsync(Entry(4));

        var chain = await VerifyAsync();
        Assert.True(chain.IsSound, chain.Reason);
        Assert.Equal(3, chain.Entries);
    }

    [Fact]
    public async Task A7_concurrent_writers_build_one_chain_without_a_gap()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++) await WriteAsync(Entry((writer * 10) + i));
        })));

        var chain = await VerifyAsync();
        Assert.True(chain.IsSound, chain.Reason);
        Assert.Equal(80, chain.Entries);
    }

    [Fact]
    public async Task A7_each_organization_has_a_chain_of_its_own()
    {
        await WriteManyAsync(3);
        await WriteAsync(Entry(1) with { Org = "other" });

        Assert.Equal((3, true), (await VerifyAsync() is var one ? one.Entries : 0, one.IsSound));
        Assert.Equal(1, (await new AuditVerifier(Db).VerifyAsync("other")).Entries);
        Assert.Equal(0, (await new AuditVerifier(Db).VerifyAsync("nobody")).Entries);
    }

    [Theory]
    [InlineData("UPDATE audit_logs SET actor = 'someone else' WHERE seq = 3", 3, "changed")]
    [InlineData("UPDATE audit_logs SET detail_json = NULL WHERE seq = 3", 3, "changed")]
    [InlineData("UPDATE audit_logs SET status = 'ok' WHERE seq = 4", 4, "changed")]
    [InlineData("DELETE FROM audit_logs WHERE seq = 3", 3, "missing")]
    [InlineData("DELETE FROM audit_logs WHERE seq = 1", 1, "missing")]
    [InlineData("DELETE FROM audit_logs WHERE seq = 5", 5, "missing")]
    [InlineData("UPDATE audit_logs SET seq = 99 WHERE seq = 2; UPDATE audit_logs SET seq = 2 WHERE seq = 3; UPDATE audit_logs SET seq = 3 WHERE seq = 99", 2, "changed")]
    [InlineData("UPDATE audit_heads SET hash = 'feed'", 5, "end")]
    public async Task A7_an_edited_deleted_or_reordered_entry_is_found_and_named(string tampering, long at, string reason)
    {
        await WriteManyAsync(5);
        Assert.True((await VerifyAsync()).IsSound);

        await using (var connection = await Db.OpenAsync(TestContext.Current.CancellationToken)) await connection.ExecuteAsync(tampering);

        var chain = await VerifyAsync();
        Assert.False(chain.IsSound);
        Assert.Equal(at, chain.BrokenAt);
        Assert.Contains(reason, chain.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A7_an_entry_whose_hash_was_recomputed_after_an_edit_breaks_the_next_one()
    {
        await WriteManyAsync(5);
        await using var connection = await Db.OpenAsync(TestContext.Current.CancellationToken);
        var third = await connection.QuerySingleAsync<AuditRow>($"SELECT {AuditRow.Columns} FROM audit_logs WHERE seq = 3");
        var forged = third with { Actor = "someone else" };

        await connection.ExecuteAsync("UPDATE audit_logs SET actor = @Actor, hash = @hash WHERE seq = 3", new { forged.Actor, hash = forged.ComputeHash() });

        Assert.Equal((4, "the entry does not follow the one before it"), ((await VerifyAsync()).BrokenAt, (await VerifyAsync()).Reason));
    }

    private static AuditEntry Entry(int n) =>
        new() { Org = "acme", Actor = "ops", Action = "run.canceled", Resource = $"runs/{n}", Status = AuditStatus.Failed, DetailJson = $$"""{"n":{{n}}}""" };

    private Task WriteAsync(AuditEntry entry) =>
        Db.InTransactionAsync((connection, tx) => new AuditWriter(_clock).WriteAsync(connection, tx, entry));

    private async Task WriteManyAsync(int count)
    {
        for (var i = 1; i <= count; i++) await WriteAsync(Entry(i));
    }

    private Task<AuditVerification> VerifyAsync() => new AuditVerifier(Db).VerifyAsync("acme");
}

public sealed class SqliteAuditTests : AuditContract
{
    protected override Task<TestDatabase> OpenAsync(bool migrated) => TestDatabase.SqliteAsync(migrated);
}

public sealed class PostgresAuditTests : AuditContract
{
    protected override Task<TestDatabase> OpenAsync(bool migrated) => TestDatabase.PostgresAsync(migrated);
}
