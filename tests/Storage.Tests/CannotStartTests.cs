using Switchyard.Contracts.Problems;
using Switchyard.Storage.Migrations;
using Switchyard.Tests.Support;

namespace Switchyard.Storage.Tests;

public sealed class CannotStartTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("switchyard-storage-").FullName;

    [Fact]
    public async Task A_file_that_is_no_database_is_told_in_one_sentence()
    {
        var file = Path.Combine(_folder, "switchyard.db");
        await File.WriteAllTextAsync(file, new string('x', 10_000), TestContext.Current.CancellationToken);

        var told = await TellAsync($"Data Source={file}");

        Assert.Equal($"The SQLite file '{file}' is not a sound SQLite database: restore it from a backup, or move it away to start with an empty one.", told);
    }

    [Fact]
    public async Task A_database_with_a_damaged_page_is_told_in_one_sentence()
    {
        var file = Path.Combine(_folder, "switchyard.db");
        await using (var db = Database.Open($"Data Source={file}")) await new Migrator(db, TimeProvider.System).MigrateAsync(TestContext.Current.CancellationToken);
        await using (var stream = File.OpenWrite(file))
        {
            stream.Position = 100;
            stream.Write(Enumerable.Repeat((byte)0xAB, 8_000).ToArray());
        }

        Assert.Contains("is not a sound SQLite database", await TellAsync($"Data Source={file}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/proc/switchyard/switchyard.db")]
    [InlineData("/proc/switchyard.db")]
    [InlineData("/dev/null/data/switchyard.db")]
    public async Task A_place_that_cannot_be_written_is_told_with_the_setting_to_change(string file)
    {
        var told = await TellAsync($"Data Source={file}");

        Assert.Contains(file, told, StringComparison.Ordinal);
        Assert.Contains("Hub__DataDirectory", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_file_without_write_permission_is_told()
    {
        var file = Path.Combine(_folder, "switchyard.db");
        await using (var db = Database.Open($"Data Source={file}")) await new Migrator(db, TimeProvider.System).MigrateAsync(TestContext.Current.CancellationToken);

        // Mode=ReadOnly stands for the permission, which means nothing to root.
        Assert.Contains("cannot be written", await TellAsync($"Data Source={file};Mode=ReadOnly"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_with_host_and_port()
    {
        var told = await TellAsync("Host=127.0.0.1;Port=1;Username=u;Password=secret;Database=hub;Timeout=2");

        Assert.StartsWith("The PostgreSQL database 'hub' at 127.0.0.1:1 as user 'u' cannot be reached (", told, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_the_server_does_not_have_is_told()
    {
        var server = await PostgresServer.SharedAsync();

        Assert.Contains("'nowhere' at 127.0.0.1", await TellAsync(server.ConnectionString("nowhere")), StringComparison.Ordinal);
        Assert.Contains("does not exist: create it", await TellAsync(server.ConnectionString("nowhere")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_that_is_refused_is_told()
    {
        var server = await PostgresServer.SharedAsync();

        var told = await TellAsync(server.ConnectionString("postgres").Replace("Username=postgres", "Username=stranger", StringComparison.Ordinal));

        Assert.Contains("refuses the login", told, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<string> TellAsync(string connectionString)
    {
        await using var db = Database.Open(connectionString);
        var told = (await Assert.ThrowsAsync<CannotStartException>(() => new Migrator(db, TimeProvider.System).MigrateAsync())).Message;
        Assert.DoesNotContain('\n', told);
        return told;
    }
}
