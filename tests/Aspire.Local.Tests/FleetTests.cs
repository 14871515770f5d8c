using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Switchyard.Tests.Support;

namespace Aspire.Local.Tests;

/// <summary>A whole AppHost: through the testing builder, and as the program that people start.</summary>
public sealed class FleetTests
{
    private static readonly string Program = typeof(Projects.Fleet).Assembly.Location;

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task The_testing_builder_runs_an_entry_point_and_lets_the_test_change_it()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Fleet>(["--port=8080"], Soon);
        Assert.Contains(builder.Resources, resource => resource.Name == "ticker");
        builder.CreateResourceBuilder((ProjectResource)builder.Resources.Single(resource => resource.Name == "front")).WithEnvironmentOfTest();
        await using var app = await builder.BuildAsync(Soon);
        await app.StartAsync(Soon);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("front", Soon);

        using var client = app.CreateHttpClient("front");
        var variables = await client.GetFromJsonAsync<Dictionary<string, string>>("/variables", Soon);
        Assert.Equal("hello", variables!["GREETING"]);
        Assert.Equal("yes", variables["FROM_TEST"]);
        Assert.NotEqual(8080, client.BaseAddress!.Port);
    }

    [Fact]
    public async Task Two_applications_run_beside_each_other()
    {
        await using var one = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Fleet>(Soon);
        await using var other = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Fleet>(Soon);
        await using var oneApp = await one.BuildAsync(Soon);
        await using var otherApp = await other.BuildAsync(Soon);
        await Task.WhenAll(oneApp.StartAsync(Soon), otherApp.StartAsync(Soon));
        await Task.WhenAll(oneApp.ResourceNotifications.WaitForResourceHealthyAsync("front", Soon), otherApp.ResourceNotifications.WaitForResourceHealthyAsync("front", Soon));

        Assert.NotEqual(oneApp.GetEndpoint("front"), otherApp.GetEndpoint("front"));
    }

    [Fact]
    public async Task A_test_that_never_builds_leaves_nothing_behind()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Fleet>(Soon);
        await builder.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => builder.BuildAsync(Soon));
    }

    [Fact]
    public async Task Killing_the_host_leaves_no_process()
    {
        using var fleet = Start();
        await fleet.SaysAsync("fleet is ready at");
        var children = Processes.With(fleet.Mark).Where(pid => pid != fleet.Id && Processes.IsAlive(pid)).ToArray();

        // Three services, two children of theirs, the ticker, and the watchdog itself.
        Assert.True(children.Length >= 6, $"only {children.Length} processes were found");

        fleet.Process.Kill();

        await Eventually.TrueAsync(() => !Array.Exists(children, Processes.IsAlive) && !Processes.With(fleet.Mark).Any(Processes.IsAlive), "every process of the killed host is gone");
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Asked_to_end_the_host_ends_everything_and_says_0(string signal)
    {
        using var fleet = Start();
        await fleet.SaysAsync("fleet is ready at");
        await fleet.SaysAsync("ticker | tick");

        using var kill = Process.Start("kill", [$"-{signal}", $"{fleet.Id}"]);
        await fleet.Process.WaitForExitAsync(Soon);

        Assert.Equal(0, fleet.Process.ExitCode);
        Assert.DoesNotContain(Processes.With(fleet.Mark), Processes.IsAlive);
    }

    [Fact]
    public async Task A_service_that_cannot_start_ends_the_host_with_one_sentence_and_says_1()
    {
        using var fleet = Start("--fails=The shelf is full: take something away.");
        await fleet.Process.WaitForExitAsync(Soon);

        Assert.Equal(1, fleet.Process.ExitCode);
        await fleet.SaysAsync("error: 'front' ended with exit code 1 before it was ready: The shelf is full: take something away.");
        Assert.DoesNotContain(Processes.With(fleet.Mark), Processes.IsAlive);
    }

    [Fact]
    public async Task It_says_what_it_stands_in_for()
    {
        using var fleet = Start();
        await fleet.SaysAsync("Aspire.Local stands in for Aspire 13.5.2");
        await fleet.SaysAsync("dotnet restore AppHost -p:AspirePackages=true");
        fleet.Process.Kill();
    }

    [Fact]
    public async Task The_manifest_describes_the_application_for_a_deployment()
    {
        var folder = Directory.CreateTempSubdirectory("manifest-").FullName;
        using var fleet = Start("--publisher", "manifest", "--output-path", Path.Combine(folder, "aspire-manifest.json"));
        await fleet.Process.WaitForExitAsync(Soon);
        Assert.Equal(0, fleet.Process.ExitCode);

        var resources = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "aspire-manifest.json"), Soon))!["resources"]!;
        Assert.Equal("project.v0", (string?)resources["front"]!["type"]);
        Assert.Equal(Path.GetRelativePath(folder, Repository.Echo), (string?)resources["front"]!["path"]);
        Assert.Equal("{back.bindings.http.url}", (string?)resources["front"]!["env"]!["services__back__http__0"]);
        Assert.Equal("{greeting.value}", (string?)resources["front"]!["env"]!["GREETING"]);
        Assert.Equal("{orders.connectionString}", (string?)resources["front"]!["env"]!["ConnectionStrings__orders"]);
        Assert.Equal("{front.bindings.http.targetPort}", (string?)resources["front"]!["env"]!["HTTP_PORTS"]);
        Assert.True((bool?)resources["front"]!["bindings"]!["http"]!["external"]);
        Assert.Equal("container.v0", (string?)resources["postgres"]!["type"]);
        Assert.Equal("Host={postgres.bindings.tcp.host};Port={postgres.bindings.tcp.port};Username=postgres;Password={postgres-password.value}", (string?)resources["postgres"]!["connectionString"]);
        Assert.Equal("{postgres.connectionString};Database=orders", (string?)resources["orders"]!["connectionString"]);
        Assert.Equal("parameter.v0", (string?)resources["secret-word"]!["type"]);
        Assert.True((bool?)resources["secret-word"]!["inputs"]!["value"]!["secret"]);
        Assert.Equal("hello", (string?)resources["greeting"]!["inputs"]!["value"]!["default"]!["value"]);
        Assert.Equal("Data Source=depot.db;Greeting={greeting.value}", (string?)resources["depot"]!["connectionString"]);
        Assert.DoesNotContain("swordfish", resources.ToJsonString(), StringComparison.Ordinal);
    }

    private static Running Start(params string[] arguments)
    {
        var mark = $"FLEET_MARK={Guid.NewGuid():N}";
        var start = new ProcessStartInfo(Path.ChangeExtension(Program, null), ["--no-dashboard", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["FLEET_MARK"] = mark["FLEET_MARK=".Length..];
        return new(Process.Start(start)!, mark);
    }

    private sealed class Running : IDisposable
    {
        private readonly StringBuilder said = new();

        public Running(Process process, string mark)
        {
            Process = process;
            Mark = mark;
            Id = process.Id;
            process.OutputDataReceived += (_, line) => Hear(line.Data);
            process.ErrorDataReceived += (_, line) => Hear(line.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public Process Process { get; }

        public string Mark { get; }

        public int Id { get; }

        public async Task SaysAsync(string text)
        {
            try
            {
                await Eventually.TrueAsync(() => Said().Contains(text, StringComparison.Ordinal), $"it says '{text}'", TimeSpan.FromSeconds(40));
            }
            catch (TimeoutException e)
            {
                throw new TimeoutException($"{e.Message}\nIt said:\n{Said()}", e);
            }
        }

        public void Dispose()
        {
            try
            {
                Process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It has ended.
            }

            Process.Dispose();
        }

        private string Said()
        {
            lock (said)
            {
                return said.ToString();
            }
        }

        private void Hear(string? line)
        {
            lock (said)
            {
                said.AppendLine(line);
            }
        }
    }
}

internal static class TestChanges
{
    public static void WithEnvironmentOfTest(this IResourceBuilder<ProjectResource> project) => Hosting.ResourceBuilderExtensions.WithEnvironment(project, "FROM_TEST", "yes");
}
