namespace Switchyard.Cli.Tests;

public sealed class UsageTests : IDisposable
{
    private readonly YardProcess _yard = new();

    [Theory]
    [InlineData("'nope'", "nope")]
    [InlineData("'workflow'", "run")]
    [InlineData("--wach", "run", "x", "--wach")]
    [InlineData("'bad'", "runs", "--status", "bad")]
    [InlineData("yard artifacts --help", "artifacts")]
    public async Task X9_a_wrong_command_ends_with_2_and_points_at_the_help(string says, params string[] args)
    {
        var outcome = await _yard.RunAsync(args);

        outcome.ShouldFail(2, says, "--help");
        Assert.Empty(outcome.Output);
    }

    [Fact]
    public async Task X9_a_hub_that_is_not_there_ends_with_3_and_says_how_to_start_it()
    {
        var outcome = await _yard.RunAsync("runs", "--url", "http://localhost:9");

        outcome.ShouldFail(3, "http://localhost:9 does not answer", "connection refused", "dotnet run --project AppHost", "--url");
    }

    [Fact]
    public async Task X9_an_address_that_is_none_ends_with_2() =>
        (await _yard.RunAsync("status", "--url", "localhost")).ShouldFail(2, "'localhost' is not an http address", "http://localhost:8080");

    [Theory]
    [InlineData("-p", "novalue", "not key=value")]
    [InlineData("--params", "missing.json", "missing.json cannot be read")]
    public async Task X9_wrong_parameters_end_with_2_before_the_hub_is_asked(string option, string value, string says) =>
        (await _yard.RunAsync("run", "x", option, value, "--url", "http://localhost:9")).ShouldFail(2, says);

    [Fact]
    public async Task X9_a_parameter_file_that_is_no_JSON_names_the_line()
    {
        var file = _yard.Write("p.json", "{\n  \"a\": 1,\n  oops\n}");

        (await _yard.RunAsync("run", "x", "--params", file, "--url", "http://localhost:9")).ShouldFail(2, "line 3");
    }

    [Fact]
    public async Task X9_login_to_a_hub_that_is_not_there_stores_nothing()
    {
        var outcome = await _yard.RunWithInputAsync("secret\n", "login", "--url", "http://localhost:9");

        outcome.ShouldFail(3, "does not answer");
        Assert.False(File.Exists(_yard.CredentialsFile));
    }

    [Fact]
    public async Task X9_a_stored_token_goes_to_its_own_hub_only()
    {
        _yard.Write("config/switchyard/credentials.json", """{ "url": "http://localhost:9", "token": "for-nine" }""");
        await using var listener = await TokenEcho.StartAsync();

        var elsewhere = await _yard.RunAsync("runs", "--url", listener.Url);
        var stored = await _yard.RunAsync("runs");

        Assert.Equal(0, elsewhere.ExitCode);
        Assert.Equal([""], listener.Authorizations);
        stored.ShouldFail(3, "http://localhost:9");
    }

    [Fact]
    public async Task X9_the_hub_of_the_checkout_is_found_from_a_folder_below_it()
    {
        await using var listener = await TokenEcho.StartAsync();
        _yard.Write("checkout/.data/hub.json", $$"""{ "url": "{{listener.Url}}", "pid": 1 }""");
        _yard.Write("checkout/.data/operator-token", "of-the-checkout\n");
        _yard.Folder = Directory.CreateDirectory(Path.Combine(_yard.Home.FullName, "checkout", "samples", "deep")).FullName;

        (await _yard.RunAsync("runs")).ShouldSucceed();

        Assert.Equal(["Bearer of-the-checkout"], listener.Authorizations);
    }

    [Fact]
    public async Task X9_a_stranger_that_answers_instead_of_a_hub_is_told_apart()
    {
        await using var listener = await TokenEcho.StartAsync("<html>hello</html>");

        (await _yard.RunAsync("runs", "--url", listener.Url)).ShouldFail(3, "does not speak like a hub");
    }

    public void Dispose() => _yard.Dispose();
}
