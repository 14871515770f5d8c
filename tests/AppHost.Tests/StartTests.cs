using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Switchyard.Tests.Support;

namespace Switchyard.AppHost.Tests;

/// <summary>Starting the hub by its command, and what goes wrong then.</summary>
public sealed class StartTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void P1_the_top_level_holds_what_the_owner_asked_for()
    {
        foreach (var name in new[] { "AppHost", "ServiceDefaults", "Gateway", "DefinitionsService", "RunnerService", "AlertingService", "tests" })
        {
            Assert.True(Directory.Exists(Path.Combine(HubProcess.Root, name)), name);
        }

        Assert.True(File.Exists(Path.Combine(HubProcess.Root, "AppHost.sln")));
    }

    [Fact]
    public async Task P1_one_command_starts_the_hub_says_where_it_is_and_leaves_nothing_when_it_is_killed()
    {
        using var hub = new HubProcess(asDotnetRun: true);
        await hub.SaysAsync("Switchyard is ready at http://localhost:");

        var told = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(hub.Data, "hub.json"), Stop))!;
        using var client = new HttpClient { BaseAddress = new Uri((string)told["url"]!) };
        Assert.Equal("http://localhost", client.BaseAddress.GetComponents(UriComponents.Scheme | UriComponents.Host, UriFormat.UriEscaped));
        var tokenFile = Path.Combine(hub.Data, "operator-token");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(tokenFile));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(hub.Data, "identity-key")));
        }

        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(tokenFile, Stop)).Trim());
        using var answer = await client.GetAsync("/v1/orgs/default/workflows", Stop);
        Assert.True(answer.IsSuccessStatusCode, $"the administrator gets {(int)answer.StatusCode}");
        using var dashboard = await client.GetAsync((string)told["dashboardUrl"]!, Stop);
        Assert.True(dashboard.IsSuccessStatusCode, $"the dashboard answers {(int)dashboard.StatusCode}");

        // The command's own process; the AppHost is its child.
        hub.Process.Kill();

        await Eventually.TrueAsync(() => hub.Alive().Count == 0, "nothing of the killed hub is left", TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task P1_killing_the_app_host_itself_leaves_nothing_of_local_servers_either()
    {
        using var hub = new HubProcess(arguments: ["--infrastructure=local"]);
        await hub.SaysAsync("Switchyard is ready at");
        var servers = Servers(hub.Data);
        Assert.Equal(2, servers.Count);

        hub.Process.Kill();

        await Eventually.TrueAsync(() => hub.Alive().Count == 0 && Servers(hub.Data).Count == 0, "neither services nor servers are left", TimeSpan.FromSeconds(40));
    }

    [Fact]
    public async Task P1_local_servers_keep_their_data_and_stop_cleanly()
    {
        var data = HubFolder.Make();
        using (var hub = new HubProcess(data, arguments: ["--infrastructure=local"]))
        {
            await hub.SaysAsync("Switchyard is ready at");
            Assert.Equal(0, await EndAsync(hub));
            Assert.Contains("database system is shut down", hub.Said, StringComparison.Ordinal);
            Assert.Empty(Servers(data));
        }

        using (var again = new HubProcess(data, arguments: ["--infrastructure=local"]))
        {
            await again.SaysAsync("Switchyard is ready at");
            Assert.DoesNotContain("Applied", again.Said, StringComparison.Ordinal);
            Assert.DoesNotContain("was not properly shut down", again.Said, StringComparison.Ordinal);
            Assert.Equal(0, await EndAsync(again));
        }

        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task P1_local_servers_keep_their_data_elsewhere_when_their_user_cannot_reach_the_folder()
    {
        if (Environment.UserName != "root")
        {
            // Only root starts the servers as another user.
            return;
        }

        var data = Directory.CreateTempSubdirectory("hub-").FullName;
        using var hub = new HubProcess(data, arguments: ["--infrastructure=local"]);
        await hub.SaysAsync("Switchyard is ready at");
        var elsewhere = Directory.ResolveLinkTarget(Path.Combine(data, "postgres"), returnFinalTarget: true)!.FullName;
        Assert.True(File.Exists(Path.Combine(elsewhere, "cluster", "PG_VERSION")));
        Assert.Equal(0, await EndAsync(hub));

        Directory.Delete(elsewhere, recursive: true);
        Directory.Delete(Directory.ResolveLinkTarget(Path.Combine(data, "redis-server"), returnFinalTarget: true)!.FullName, recursive: true);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task P1_a_second_hub_starts_beside_the_first_and_tells_its_port()
    {
        using var first = new HubProcess();
        await first.SaysAsync("Switchyard is ready at");
        using var second = new HubProcess();
        await second.SaysAsync("Switchyard is ready at");

        Assert.Contains("is taken by another program; the hub uses", second.Said, StringComparison.Ordinal);
        Assert.NotEqual(Url(first), Url(second));
        Assert.Equal(0, await EndAsync(second));
        Assert.Equal(0, await EndAsync(first));
        Assert.False(File.Exists(Path.Combine(first.Data, "hub.json")));
    }

    [Fact]
    public async Task P1_a_data_folder_of_another_hub_is_refused()
    {
        using var first = new HubProcess();
        await first.SaysAsync("An administrator's token was made");
        using var second = new HubProcess(first.Data);

        Assert.Equal(1, await second.EndsAsync());
        Assert.Contains($"error: Another hub keeps its data in {first.Data}: stop it, or give this one its own folder", second.Said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task P1_a_damaged_database_is_told_in_one_sentence()
    {
        var data = HubFolder.Make();
        await File.WriteAllTextAsync(Path.Combine(data, "switchyard.db"), "this was a database once", Stop);
        using var hub = new HubProcess(data);

        Assert.Equal(1, await hub.EndsAsync());
        await FailsWithAsync(hub, $"error: {Path.Combine(data, "switchyard.db")} is damaged or not a SQLite database: restore it from a backup, or move it away");
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task P1_a_database_damaged_inside_is_told_in_one_sentence()
    {
        var data = HubFolder.Make();
        var bytes = new byte[8192];
        "SQLite format 3\0"u8.CopyTo(bytes);
        Array.Fill<byte>(bytes, 0xAB, 16, bytes.Length - 16);
        await File.WriteAllBytesAsync(Path.Combine(data, "switchyard.db"), bytes, Stop);
        using var hub = new HubProcess(data);

        Assert.Equal(1, await hub.EndsAsync());
        await FailsWithAsync(hub, "error: 'definitions' ended with exit code 1 before it was ready:");
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task P1_a_data_folder_that_cannot_be_written_is_told_in_one_sentence()
    {
        var file = Path.GetTempFileName();
        using var hub = new HubProcess(Path.Combine(file, "data"));

        Assert.Equal(1, await hub.EndsAsync());
        await FailsWithAsync(hub, $"error: The data folder {file}/data cannot be written");
        File.Delete(file);
    }

    [Fact]
    public async Task P1_a_database_that_does_not_answer_is_told_in_one_sentence()
    {
        using var hub = new HubProcess(environment: new Dictionary<string, string> { ["ConnectionStrings__switchyard"] = "Host=127.0.0.1;Port=1;Username=nobody;Database=none" }, arguments: ["--infrastructure=external"]);

        Assert.Equal(1, await hub.EndsAsync());
        await FailsWithAsync(hub, "error: The database of ConnectionStrings:switchyard cannot be used");
    }

    [Fact]
    public async Task P1_an_unknown_infrastructure_is_told_in_one_sentence()
    {
        using var hub = new HubProcess(arguments: ["--infrastructure=cloud"]);

        Assert.Equal(1, await hub.EndsAsync());
        await FailsWithAsync(hub, "error: Infrastructure 'cloud' is not known: choose embedded, local, containers or external.");
    }

    [Fact]
    public async Task P1_containers_without_a_runtime_are_told_in_one_sentence()
    {
        var environment = new Dictionary<string, string> { ["PATH"] = "/nowhere", ["DOTNET_ROOT"] = Path.GetDirectoryName(Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "/usr/share/dotnet/dotnet")! };
        using var hub = new HubProcess(environment: environment, arguments: ["--infrastructure=containers"]);

        Assert.Equal(1, await hub.EndsAsync());
        await FailsWithAsync(hub, "error: The application holds containers, but neither docker nor podman is installed: install one of them");
    }

    [Fact]
    public async Task P2_the_same_composition_is_described_for_a_deployment_with_postgres_and_redis()
    {
        var folder = Directory.CreateTempSubdirectory("manifest-").FullName;
        using var hub = new HubProcess(arguments: ["--publisher", "manifest", "--output-path", Path.Combine(folder, "aspire-manifest.json")]);
        Assert.Equal(0, await hub.EndsAsync());

        var resources = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "aspire-manifest.json"), Stop))!["resources"]!.AsObject();
        Assert.Equal(["alerting", "definitions", "gateway", "identity-key", "operator-tokens", "postgres", "postgres-password", "redis", "redis-password", "runner", "switchyard"], resources.Select(resource => resource.Key).Order(StringComparer.Ordinal));
        foreach (var service in new[] { "definitions", "runner", "alerting", "gateway" })
        {
            Assert.Equal("{switchyard.connectionString}", (string?)resources[service]!["env"]!["ConnectionStrings__switchyard"]);
            Assert.Equal("{identity-key.value}", (string?)resources[service]!["env"]!["Identity__Key"]);
        }

        Assert.False(File.Exists(Path.Combine(hub.Data, "identity-key")));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void P2_where_the_feed_has_the_original_no_stand_in_is_referred_to()
    {
        foreach (var project in new[] { "ServiceDefaults/ServiceDefaults.csproj", "Storage/Storage.csproj", "tests/AppHost.Tests/AppHost.Tests.csproj" })
        {
            var start = new ProcessStartInfo("dotnet", ["msbuild", Path.Combine(HubProcess.Root, project), "-getItem:ProjectReference", "-p:AspirePackages=true"]) { RedirectStandardOutput = true, UseShellExecute = false };
            using var evaluation = Process.Start(start)!;
            var items = evaluation.StandardOutput.ReadToEnd();
            evaluation.WaitForExit();

            Assert.Equal(0, evaluation.ExitCode);
            Assert.DoesNotContain("Aspire.Local", items, StringComparison.Ordinal);
        }
    }

    private static async Task<int> EndAsync(HubProcess hub)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{hub.Process.Id}"]);
        var code = await hub.EndsAsync();
        Assert.Empty(hub.Alive());
        return code;
    }

    private static async Task FailsWithAsync(HubProcess hub, string sentence)
    {
        await hub.SaysAsync(sentence);
        Assert.DoesNotContain("   at ", hub.Said, StringComparison.Ordinal);
        Assert.Empty(hub.Alive());
    }

    private static string Url(HubProcess hub) => (string)JsonNode.Parse(File.ReadAllText(Path.Combine(hub.Data, "hub.json")))!["url"]!;

    // Servers replace the environment that would carry the mark, but their command lines name the folder or lie in it.
    private static List<string> Servers(string data) => [.. Directory.EnumerateDirectories("/proc").Where(folder =>
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(folder)[0])
                && Directory.ResolveLinkTarget(Path.Combine(folder, "cwd"), returnFinalTarget: true)?.FullName.StartsWith(data, StringComparison.Ordinal) == true
                && File.ReadAllText(Path.Combine(folder, "comm")).Trim() is "postgres" or "redis-server"
                && File.ReadAllText(Path.Combine(folder, "cmdline")).Split('\0')[0] is var command && (command.EndsWith("/postgres", StringComparison.Ordinal) || command.Contains("redis-server", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    })];
}
