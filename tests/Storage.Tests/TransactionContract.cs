using Dapper;
using Switchyard.Tests.Support;

namespace Switchyard.Storage.Tests;

public abstract class TransactionContract : DatabaseContract
{
    protected override bool Migrated => false;

    [Fact]
    public async Task C1_no_increment_is_lost_between_writers_of_two_processes()
    {
        await CreateCounterAsync();
        // Two data sources share no gate, as two services on one database do not.
        await using var other = Database.Open(ConnectionString);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var db = writer % 2 == 0 ? Db : other;
            for (var i = 0; i < 25; i++)
            {
                await db.InTransactionAsync(async (connection, tx) =>
                {
                    var n = await connection.QuerySingleAsync<int>($"SELECT n FROM counter {Db.Dialect.ForUpdate}", transaction: tx);
                    await connection.ExecuteAsync("UPDATE counter SET n = @n", new { n = n + 1 }, tx);
                });
            }
        })));

        Assert.Equal(200, await CountAsync());
    }

    [Fact]
    public async Task C1_work_that_throws_is_rolled_back_whole()
    {
        await CreateCounterAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Db.InTransactionAsync(async (connection, tx) =>
        {
            await connection.ExecuteAsync("UPDATE counter SET n = 5", transaction: tx);
            throw new InvalidOperationException("no");
        }));

        Assert.Equal(0, await CountAsync());
        await Db.InTransactionAsync((connection, tx) => connection.ExecuteAsync("UPDATE counter SET n = 1", transaction: tx));
        Assert.Equal(1, await CountAsync());
    }

    protected async Task CreateCounterAsync()
    {
        await using var connection = await Db.OpenAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("CREATE TABLE counter (n INTEGER NOT NULL); INSERT INTO counter VALUES (0)");
    }

    protected async Task<int> CountAsync()
    {
        await using var connection = await Db.OpenAsync(TestContext.Current.CancellationToken);
        return await connection.QuerySingleAsync<int>("SELECT n FROM counter");
    }
}

public sealed class SqliteTransactionTests : TransactionContract
{
    [Fact]
    public async Task C3_a_writer_waits_for_another_process_that_holds_the_lock_longer_than_the_busy_timeout()
    {
        await CreateCounterAsync();
        await using var other = Database.Open(ConnectionString);
        await using var holder = await other.OpenAsync(TestContext.Current.CancellationToken);
        var held = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);

        var attempts = 0;
        var waiting = Task.Run(() => Db.InTransactionAsync(async (connection, tx) =>
        {
            attempts++;
            await connection.ExecuteAsync("UPDATE counter SET n = n + 1", transaction: tx);
        }));
        // The busy timeout of a connection is 5 seconds: only the retry around the transaction outlasts it.
        await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(6), TestContext.Current.CancellationToken));
        Assert.False(waiting.IsCompleted, "The writer gave up, or wrote past the lock.");
        await held.RollbackAsync(TestContext.Current.CancellationToken);
        await waiting;

        Assert.Equal((1, 1), (attempts, await CountAsync()));
    }

    [Fact]
    public async Task C3_every_connection_syncs_commits_checks_references_and_writes_ahead()
    {
        for (var i = 0; i < 3; i++)
        {
            await using var connection = await Db.OpenAsync(TestContext.Current.CancellationToken);
            Assert.Equal("wal", await connection.QuerySingleAsync<string>("PRAGMA journal_mode"));
            Assert.Equal(2, await connection.QuerySingleAsync<int>("PRAGMA synchronous"));
            Assert.Equal(1, await connection.QuerySingleAsync<int>("PRAGMA foreign_keys"));
            Assert.Equal(5000, await connection.QuerySingleAsync<int>("PRAGMA busy_timeout"));
        }
    }

    protected override Task<TestDatabase> OpenAsync(bool migrated) => TestDatabase.SqliteAsync(migrated);
}

public sealed class PostgresTransactionTests : TransactionContract
{
    [Fact]
    public async Task C1_the_victim_of_a_deadlock_runs_again_and_both_succeed()
    {
        await using var connection = await Db.OpenAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("CREATE TABLE pair (id int PRIMARY KEY, n int NOT NULL); INSERT INTO pair VALUES (1, 0), (2, 0)");
        using var bothHold = new Barrier(2);
        var first = true;

        async Task CrossAsync(int mine, int yours)
        {
            var attempt = 0;
            await Db.InTransactionAsync(async (c, tx) =>
            {
                await c.ExecuteAsync("UPDATE pair SET n = n + 1 WHERE id = @mine", new { mine }, tx);
                if (++attempt == 1 && first) bothHold.SignalAndWait(TimeSpan.FromSeconds(10));
                await c.ExecuteAsync("UPDATE pair SET n = n + 1 WHERE id = @yours", new { yours }, tx);
            });
            first = false;
        }

        await Task.WhenAll(Task.Run(() => CrossAsync(1, 2)), Task.Run(() => CrossAsync(2, 1)));

        var counts = await connection.QueryAsync<int>("SELECT n FROM pair");
        Assert.Equal([2, 2], counts.ToArray());
    }

    protected override Task<TestDatabase> OpenAsync(bool migrated) => TestDatabase.PostgresAsync(migrated);
}
