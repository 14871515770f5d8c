using System.CommandLine;
using System.CommandLine.Help;
using Switchyard.Cli.Artifacts;
using Switchyard.Cli.Hub;
using Switchyard.Cli.Login;
using Switchyard.Cli.Output;
using Switchyard.Cli.Runs;
using Switchyard.Cli.Workflows;

namespace Switchyard.Cli;

/// <summary>The command line: its commands, the options all of them take, and how each of them ends.</summary>
internal sealed class Yard(TimeProvider time)
{
    private readonly Option<string?> _org = new("--org") { Description = "Organisation to work in (default: that of the login, else 'default').", Recursive = true, HelpName = "name" };
    private readonly Option<string?> _url = new("--url") { Description = "Address of the hub.", Recursive = true, HelpName = "address" };
    private readonly Option<string?> _token = new("--token") { Description = "Operator token to use instead of the stored one.", Recursive = true, HelpName = "token" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the hub's answer as JSON.", Recursive = true };

    public TimeProvider Time { get; } = time;

    public async Task<int> RunAsync(string[] args)
    {
        var parsed = Commands().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return Screen.Report(Failure.Usage(
                Sentence(parsed.Errors[0].Message),
                $"See 'yard {Path(parsed)}--help'."));
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Failure failure)
        {
            return Screen.Report(failure);
        }
        catch (OperationCanceledException)
        {
            return 130; // the shell's own number for "ended by Ctrl+C"
        }
    }

    /// <summary>An action that needs no hub.</summary>
    public void Handle(Command command, Func<ParseResult, Screen, CancellationToken, Task<int>> action) =>
        command.SetAction((parsed, stop) => action(parsed, new Screen(parsed.GetValue(_json)), stop));

    /// <summary>An action against the hub that the options, the login or the checkout name.</summary>
    public void HandleWithHub(Command command, Func<ParseResult, HubClient, Screen, CancellationToken, Task<int>> action) =>
        Handle(command, async (parsed, screen, stop) =>
        {
            using var hub = new HubClient(AddressFor(parsed));
            return await action(parsed, hub, screen, stop);
        });

    public HubAddress AddressFor(ParseResult parsed) =>
        HubAddress.Find(parsed.GetValue(_url), parsed.GetValue(_token), parsed.GetValue(_org));

    public string? GivenUrl(ParseResult parsed) => parsed.GetValue(_url);

    public string? GivenToken(ParseResult parsed) => parsed.GetValue(_token);

    public string? GivenOrg(ParseResult parsed) => parsed.GetValue(_org);

    private RootCommand Commands()
    {
        var root = new RootCommand("Works with a Switchyard hub: check, apply and run workflows, watch them, fetch what they made.")
        {
            _org, _url, _token, _json,
            LoginCommand.Create(this),
            StatusCommand.Create(this),
            LintCommand.Create(this),
            ApplyCommand.Create(this),
            WorkflowsCommand.Create(this),
            ExportCommand.Create(this),
            CompareCommand.Create(this),
            RunCommand.Create(this),
            RunsCommand.Create(this),
            ShowCommand.Create(this),
            EventsCommand.Create(this),
            CancelCommand.Create(this),
            ControlCommands.Pause(this),
            ControlCommands.Resume(this),
            ControlCommands.Retry(this),
            RerunCommand.Create(this),
            AnswerCommands.Approve(this),
            AnswerCommands.Reject(this),
            AnswerCommands.Signal(this),
            ArtifactsCommand.Create(this),
        };
        root.SetAction(parsed =>
        {
            new HelpAction().Invoke(parsed);
            return ExitCode.Ok;
        });
        return root;
    }

    private static string Path(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var result = parsed.CommandResult; result?.Command is not (null or RootCommand); result = result.Parent as System.CommandLine.Parsing.CommandResult)
        {
            names.Push(result.Command.Name);
        }

        return names.Count == 0 ? "" : string.Join(' ', names) + " ";
    }

    private static string Sentence(string message) =>
        message.TrimEnd().EndsWith('.') ? message.TrimEnd() : message.TrimEnd() + ".";
}
