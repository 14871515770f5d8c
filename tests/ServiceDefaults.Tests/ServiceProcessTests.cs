using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Switchyard.Tests.Support;
using Switchyard.Tests.Support.Processes;

namespace Switchyard.ServiceDefaults.Tests;

/// <summary>A service as its operator meets it: a process that starts, or says in one sentence why it cannot.</summary>
public sealed class ServiceProcessTests : IDisposable
{
    private const string Service = "DefinitionsService";
    private static readonly string Key = Convert.ToBase64String(TestService.Key);

    private readonly string _folder = Directory.CreateTempSubdirectory("switchyard-service-").FullName;

    private string SqliteFile => Path.Combine(_folder, "switchyard.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task C10_a_started_service_is_ready_and_ends_in_time_with_0()
    {
        await using var service = await ServiceProcess.StartAsync(Service, Healthy());

        var ready = await service.Client.GetFromJsonAsync<JsonElement>("/readyz");

        var checks = ready.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()).ToList();
        Assert.Contains("database", checks);
        Assert.Contains("migrations", checks);
        Assert.Equal(0, await service.TerminateAsync(TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public async Task C10_a_service_whose_database_goes_away_says_so_and_recovers_by_itself()
    {
        await using var postgres = await PostgresServer.StartAsync(fsync: false);
        var database = await postgres.CreateDatabaseAsync();
        await using var service = await ServiceProcess.StartAsync(Service, With("ConnectionStrings__switchyard", postgres.ConnectionString(database)));

        await postgres.StopAsync();
        await Eventually.TrueAsync(async () => (await service.Client.GetAsync("/readyz")).StatusCode == HttpStatusCode.ServiceUnavailable, "the service notices");
        var body = await (await service.Client.GetAsync("/readyz")).Content.ReadAsStringAsync();
        Assert.Contains("\"name\":\"database\",\"status\":\"not_ready\"", body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await service.Client.GetAsync("/healthz")).StatusCode);

        await postgres.ResumeAfterStopAsync();
        await Eventually.TrueAsync(async () => (await service.Client.GetAsync("/readyz")).IsSuccessStatusCode, "the service is ready again");
    }

    [Fact]
    public async Task A_wrong_connection_string_ends_the_service_with_1_and_one_sentence() =>
        await AssertToldAsync(With("ConnectionStrings__switchyard", "Hots=nowhere"), "The database connection string cannot be used");

    [Fact]
    public async Task No_connection_string_ends_the_service_with_1_and_one_sentence() =>
        await AssertToldAsync(With("ConnectionStrings__switchyard", ""), "No database is configured");

    [Fact]
    public async Task An_unreachable_server_ends_the_service_with_1_and_one_sentence() =>
        await AssertToldAsync(With("ConnectionStrings__switchyard", "Host=127.0.0.1;Port=1;Username=u;Database=hub;Timeout=3"), "The PostgreSQL database 'hub' at 127.0.0.1:1 as user 'u' cannot be reached");

    [Fact]
    public async Task A_corrupt_file_ends_the_service_with_1_and_one_sentence()
    {
        await File.WriteAllTextAsync(SqliteFile, new string('x', 9000));

        await AssertToldAsync(Healthy(), $"The SQLite file '{SqliteFile}' is not a sound SQLite database");
    }

    [Fact]
    public async Task A_read_only_folder_ends_the_service_with_1_and_one_sentence() =>
        await AssertToldAsync(With("ConnectionStrings__switchyard", "Data Source=/proc/hub/switchyard.db"), "The SQLite file '/proc/hub/switchyard.db' cannot be");

    [Fact]
    public async Task A_missing_key_ends_the_service_with_1_and_one_sentence() =>
        await AssertToldAsync(With("Identity__Key", ""), "No key for caller signatures is configured");

    [Fact]
    public async Task A_port_in_use_ends_the_service_with_1_and_one_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        await AssertToldAsync(With("ASPNETCORE_URLS", $"http://{taken.LocalEndpoint}"), "address already in use: stop the process that listens there");
    }

    private static async Task AssertToldAsync(IReadOnlyDictionary<string, string> environment, string sentence)
    {
        await using var service = ServiceProcess.Launch(Service, environment);

        Assert.Equal(1, await service.WaitForExitAsync());
        await Eventually.TrueAsync(() => service.Output.Contains(sentence, StringComparison.Ordinal), $"'{sentence}' is told in:\n{service.Output}", TimeSpan.FromSeconds(3));
        Assert.DoesNotContain("   at ", service.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", service.Output, StringComparison.Ordinal);
    }

    private Dictionary<string, string> Healthy() => new()
    {
        ["Identity__Key"] = Key,
        ["ConnectionStrings__switchyard"] = $"Data Source={SqliteFile}",
    };

    private Dictionary<string, string> With(string name, string value) => new(Healthy()) { [name] = value };
}
