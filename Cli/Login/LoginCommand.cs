using System.CommandLine;
using Switchyard.Cli.Hub;

namespace Switchyard.Cli.Login;

/// <summary><c>yard login</c>: checks address and token against the hub and remembers them.</summary>
internal static class LoginCommand
{
    public static Command Create(Yard yard)
    {
        var command = new Command("login", "Remember which hub to use and the token for it (in ~/.config/switchyard, readable by you only).");
        yard.Handle(command, async (parsed, screen, stop) =>
        {
            var url = yard.GivenUrl(parsed) ?? Ask("Address of the hub", CheckoutHub.Find()?.Url ?? HubAddress.DefaultUrl);
            var token = yard.GivenToken(parsed) ?? AskSecret(parsed.GetValue<string?>("--url") is not null);
            var org = yard.GivenOrg(parsed);
            var address = new HubAddress(HubAddress.Parse(url), token, org ?? "default");

            using var hub = new HubClient(address);
            await hub.WorkflowsAsync(null, 1, stop); // a wrong token is told now, not at the next command

            new Credentials(address.Url.ToString().TrimEnd('/'), token, org).Save();
            screen.Remark($"Logged in to {address.Url} (organisation {address.Org}); stored in {Credentials.FilePath}.");
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Ask(string question, string otherwise)
    {
        if (Console.IsInputRedirected)
        {
            return otherwise; // a piped standard input holds the token only
        }

        Console.Error.Write($"{question} [{otherwise}]: ");
        return Console.ReadLine() is { Length: > 0 } answer ? answer.Trim() : otherwise;
    }

    private static string AskSecret(bool urlGiven)
    {
        if (Console.IsInputRedirected)
        {
            return Console.In.ReadLine()?.Trim() is { Length: > 0 } piped
                ? piped
                : throw Failure.Usage("No token came on standard input.", "Pipe one in ('yard login < token-file') or pass --token.");
        }

        Console.Error.Write(urlGiven ? "Token for it: " : "Token (for a hub of this checkout: the line in .data/operator-token): ");
        var typed = new System.Text.StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
            {
                Console.Error.WriteLine();
                return typed.Length > 0 ? typed.ToString().Trim() : throw Failure.Usage("No token was given.", "Pass --token or type one.");
            }

            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else if (!char.IsControl(key.KeyChar))
            {
                typed.Append(key.KeyChar);
            }
        }
    }
}
