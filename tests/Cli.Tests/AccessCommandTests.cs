namespace Switchyard.Cli.Tests;

public sealed class AccessCommandTests(TestHub hub) : HubTest(hub)
{
    [Fact]
    public async Task X9_status_names_each_service_of_a_ready_hub()
    {
        var outcome = await RunAsync("status");

        var output = outcome.ShouldSucceed().Output;
        Assert.Contains($"{Hub.Url}  ready", output);
        Assert.Contains("definitions", output);
        Assert.Contains("runner", output);
    }

    [Fact]
    public async Task X9_login_from_standard_input_is_stored_for_its_owner_only_and_then_used()
    {
        var login = await Yard.RunWithInputAsync($"{Hub.Token}\n", "login", "--url", Hub.Url);

        login.ShouldSucceed();
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Yard.CredentialsFile));
        }

        Assert.DoesNotContain(Hub.Token, login.Output + login.Error);
        (await Yard.RunAsync("workflows")).ShouldSucceed();
    }

    [Fact]
    public async Task X9_login_with_a_wrong_token_stores_nothing_and_says_so()
    {
        var login = await Yard.RunAsync("login", "--url", Hub.Url, "--token", "wrong");

        login.ShouldFail(2, "yard login");
        Assert.False(File.Exists(Yard.CredentialsFile));
    }

    [Fact]
    public async Task X9_no_token_and_an_unknown_organisation_say_what_to_do()
    {
        (await Yard.RunAsync("runs", "--url", Hub.Url)).ShouldFail(2, "yard login --url");
        (await RunAsync("workflows", "--org", "nobody-here")).ShouldFail(2, "nobody-here", "--org");
    }
}
