using System.Net.Http.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Switchyard.Tests.Support;

namespace Aspire.Local.Tests;

public sealed class RunningTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task A_resource_starts_when_what_it_waits_for_is_healthy_and_not_before()
    {
        var readyFile = Path.Combine(Path.GetTempPath(), $"ready-{Guid.NewGuid():N}");
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var back = builder.AddEcho("back").WithEnvironment("ECHO_READY_FILE", readyFile);
        builder.AddEcho("front").WaitFor(back);
        await using var app = await builder.BuildAsync(Soon);
        await app.StartAsync(Soon);

        await app.ResourceNotifications.WaitForResourceAsync("back", change => change.Snapshot.HealthStatus == HealthStatus.Unhealthy && change.Snapshot.HealthReports.Any(report => report.Description?.Contains("503", StringComparison.Ordinal) == true), Soon);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("front", out var waiting));
        Assert.Equal(KnownResourceStates.Waiting, waiting.Snapshot.State?.Text);

        await File.WriteAllTextAsync(readyFile, "", Soon);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("front", Soon);
        Assert.Equal("echo", await app.CreateHttpClient("front").GetStringAsync("/", Soon));
        File.Delete(readyFile);
    }

    [Fact]
    public async Task Ready_callbacks_are_done_before_those_who_wait_go_on()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var entered = new TaskCompletionSource();
        var mayLeave = new TaskCompletionSource();
        var back = builder.AddEcho("back").OnResourceReady(async (_, _, stop) =>
        {
            entered.SetResult();
            await mayLeave.Task.WaitAsync(stop);
        });
        builder.AddEcho("front").WaitFor(back);
        await using var app = await builder.BuildAsync(Soon);
        await app.StartAsync(Soon);

        await entered.Task.WaitAsync(Soon);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("front", out var waiting));
        Assert.Equal(KnownResourceStates.Waiting, waiting.Snapshot.State?.Text);

        mayLeave.SetResult();
        await app.ResourceNotifications.WaitForResourceHealthyAsync("front", Soon);
    }

    [Fact]
    public async Task A_resource_starts_when_another_has_ended_as_expected_and_fails_when_it_ended_otherwise()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var good = builder.AddExecutable("good", "/bin/sh", ".", "-c", "exit 3");
        var bad = builder.AddExecutable("bad", "/bin/sh", ".", "-c", "exit 4");
        builder.AddExecutable("after-good", "/bin/sh", ".", "-c", "echo done").WaitForCompletion(good, exitCode: 3);
        builder.AddExecutable("after-bad", "/bin/sh", ".", "-c", "echo done").WaitForCompletion(bad);
        await using var app = await builder.BuildAsync(Soon);
        await app.StartAsync(Soon);

        await app.ResourceNotifications.WaitForResourceAsync("after-good", KnownResourceStates.Finished, Soon);
        await app.ResourceNotifications.WaitForResourceAsync("after-bad", KnownResourceStates.FailedToStart, Soon);
    }

    [Fact]
    public async Task Replicas_listen_on_ports_of_their_own_and_clients_are_told_all_of_them()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var back = builder.AddEcho("back").WithReplicas(3);
        builder.AddEcho("front").WithReference(back).WaitFor(back);
        await using var app = await builder.BuildAsync(Soon);
        await app.StartAsync(Soon);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("front", Soon);

        var variables = await VariablesAsync(app, "front");
        var addresses = Enumerable.Range(0, 3).Select(index => variables[$"services__back__http__{index}"]).ToArray();
        Assert.Equal(3, addresses.Distinct().Count());
        Assert.DoesNotContain("services__back__http__3", variables.Keys);
        Assert.Equal(addresses[0], variables["BACK_HTTP"]);

        using var client = new HttpClient();
        var pids = await Task.WhenAll(addresses.Select(address => client.GetStringAsync($"{address}/pid", Soon)));
        Assert.Equal(3, pids.Distinct().Count());
        foreach (var id in new[] { "back-0", "back-1", "back-2" })
        {
            Assert.True(app.ResourceNotifications.TryGetCurrentState(id, out var replica));
            Assert.Equal(HealthStatus.Healthy, replica.Snapshot.HealthStatus);
        }
    }

    [Fact]
    public async Task A_process_gets_the_variables_that_the_original_gives()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var word = builder.AddParameter("word", "secret;word", secret: true);
        var depot = builder.AddConnectionString("depot", ReferenceExpression.Create($"Key={word};Braces={{}}"));
        var back = builder.AddEcho("back");
        builder.AddEcho("front")
            .WithReference(depot)
            .WithReference(back)
            .WithReference("weather-service", new Uri("https://weather.example/"))
            .WithEnvironment("PLAIN", "text")
            .WithEnvironment("WORD", word)
            .WithEnvironment("BACK", back.GetEndpoint("http"))
            .WithEnvironment("MIXED", $"at {back.GetEndpoint("http").Property(EndpointProperty.Port)} with {word}");
        await using var app = await builder.BuildAsync(Soon);
        await app.StartAsync(Soon);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("front", Soon);

        var variables = await VariablesAsync(app, "front");
        var address = app.GetEndpoint("back");
        Assert.Equal("Key=secret;word;Braces={}", variables["ConnectionStrings__depot"]);
        Assert.Equal("https://weather.example/", variables["services__weather-service__default__0"]);
        Assert.Equal("text", variables["PLAIN"]);
        Assert.Equal("secret;word", variables["WORD"]);
        Assert.Equal(address.ToString().TrimEnd('/'), variables["BACK"]);
        Assert.Equal($"at {address.Port} with secret;word", variables["MIXED"]);
        Assert.Equal(app.GetEndpoint("front").ToString().TrimEnd('/'), variables["ASPNETCORE_URLS"]);
        Assert.Equal("Key=secret;word;Braces={}", await app.GetConnectionStringAsync("depot", Soon));
    }

    [Fact]
    public async Task What_a_process_writes_is_kept_and_told_to_those_who_watch()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddEcho("back");
        await using var app = await builder.BuildAsync(Soon);
        await app.StartAsync(Soon);

        var lines = new List<LogLine>();
        await foreach (var batch in app.Services.GetRequiredService<ResourceLoggerService>().WatchAsync("back").WithCancellation(Soon))
        {
            lines.AddRange(batch);
            if (lines.Count >= 2)
            {
                break;
            }
        }

        Assert.Contains(lines, line => line is { Content: "echo speaks", IsErrorMessage: false });
        Assert.Contains(lines, line => line is { Content: "echo complains", IsErrorMessage: true });
    }

    [Fact]
    public async Task A_crashed_process_is_started_again_on_its_port()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddEcho("back");
        await using var app = await builder.BuildAsync(Soon);
        await app.StartAsync(Soon);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("back", Soon);
        using var client = app.CreateHttpClient("back");
        var first = await client.GetStringAsync("/pid", Soon);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.PostAsync("/end/134", null, Soon));

        await Eventually.TrueAsync(async () => await client.GetStringAsync("/pid", Soon) != first, "the service serves again, as another process");
    }

    [Fact]
    public async Task A_process_that_fails_before_it_is_ready_is_not_started_again_and_says_why()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddEcho("back").WithEnvironment("ECHO_FAILS", "The shelf is full: take something away.");
        await using var app = await builder.BuildAsync(Soon);
        await app.StartAsync(Soon);

        var ended = await app.ResourceNotifications.WaitForResourceAsync("back", change => change.Snapshot.State?.Text == KnownResourceStates.Exited, Soon);
        Assert.Equal(1, ended.Snapshot.ExitCode);
        var failed = await app.ResourceCommands.ExecuteCommandAsync("back", KnownResourceCommands.StartCommand, Soon);
        Assert.False(failed.Success);
        Assert.Equal("'back' ended with exit code 1 before it was ready: The shelf is full: take something away.", failed.Message);
    }

    [Fact]
    public async Task Commands_report_success_when_it_is_true()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddEcho("back");
        await using var app = await builder.BuildAsync(Soon);
        await app.StartAsync(Soon);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("back", Soon);
        using var client = app.CreateHttpClient("back");
        var pid = int.Parse(await client.GetStringAsync("/pid", Soon));

        var stopped = await app.ResourceCommands.ExecuteCommandAsync("back", KnownResourceCommands.StopCommand, Soon);
        Assert.True(stopped.Success);
        Assert.False(Processes.IsAlive(pid));
        Assert.False((await app.ResourceCommands.ExecuteCommandAsync("back", KnownResourceCommands.StopCommand, Soon)).Success);

        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("back", KnownResourceCommands.StartCommand, Soon)).Success);
        var second = await client.GetStringAsync("/pid", Soon);
        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("back", KnownResourceCommands.RestartCommand, Soon)).Success);
        Assert.NotEqual(second, await client.GetStringAsync("/pid", Soon));
    }

    [Fact]
    public async Task Stopping_leaves_nothing_of_the_tree_and_ends_those_who_need_others_first()
    {
        var mark = $"TREE_MARK={Guid.NewGuid():N}";
        await using var builder = DistributedApplicationTestingBuilder.Create();
        var back = builder.AddEcho("back").WithEnvironment("TREE_MARK", mark[10..]).WithEnvironment("ECHO_CHILD", "600");
        builder.AddEcho("front").WithEnvironment("TREE_MARK", mark[10..]).WaitFor(back);
        await using var app = await builder.BuildAsync(Soon);
        await app.StartAsync(Soon);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("front", Soon);
        Assert.Equal(3, Processes.With(mark).Count(Processes.IsAlive));

        await app.StopAsync(Soon);

        Assert.DoesNotContain(Processes.With(mark), Processes.IsAlive);
        Assert.True(app.ResourceNotifications.TryGetCurrentState("back", out var backEnd));
        Assert.True(app.ResourceNotifications.TryGetCurrentState("front", out var frontEnd));
        Assert.True(frontEnd.Snapshot.StopTimeStamp < backEnd.Snapshot.StopTimeStamp);
    }

    [Fact]
    public async Task A_process_that_ignores_the_request_to_end_is_ended()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddExecutable("stubborn", "/bin/sh", ".", "-c", "trap '' TERM; while :; do sleep 1; done");
        await using var app = await builder.BuildAsync(Soon);
        await app.StartAsync(Soon);
        var running = await app.ResourceNotifications.WaitForResourceAsync("stubborn", change => change.Snapshot.State?.Text == KnownResourceStates.Running, Soon);
        var pid = (int)running.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value!;

        await app.StopAsync(Soon);

        Assert.False(Processes.IsAlive(pid));
    }

    [Fact]
    public async Task A_taken_port_is_told_in_one_sentence()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        await using var builder = DistributedApplicationTestingBuilder.Create("--DcpPublisher:RandomizePorts=false");
        builder.AddProject("back", Repository.Echo, launchProfileName: null).WithHttpEndpoint(port: port);
        await using var app = await builder.BuildAsync(Soon);
        await app.StartAsync(Soon);

        await app.ResourceNotifications.WaitForResourceAsync("back", KnownResourceStates.FailedToStart, Soon);
        var failed = await app.ResourceCommands.ExecuteCommandAsync("back", KnownResourceCommands.StartCommand, Soon);
        Assert.Equal($"'back' needs port {port} for its endpoint 'http', but another process listens there: end that process or choose another port.", failed.Message);
    }

    [Fact]
    public async Task An_own_command_is_done_and_its_failure_is_told()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddEcho("back")
            .WithCommand("praise", "Praise", context => Task.FromResult(CommandResults.Success($"{context.ResourceName} is praised")))
            .WithCommand("scold", "Scold", _ => throw new InvalidOperationException("That was unkind."));
        await using var app = await builder.BuildAsync(Soon);
        await app.StartAsync(Soon);

        Assert.Equal("back is praised", (await app.ResourceCommands.ExecuteCommandAsync("back", "praise", Soon)).Message);
        var scolded = await app.ResourceCommands.ExecuteCommandAsync("back", "scold", Soon);
        Assert.False(scolded.Success);
        Assert.Equal("That was unkind.", scolded.Message);
    }

    private static async Task<Dictionary<string, string>> VariablesAsync(DistributedApplication app, string resource)
    {
        using var client = app.CreateHttpClient(resource);
        return (await client.GetFromJsonAsync<Dictionary<string, string>>("/variables", Soon))!;
    }
}
