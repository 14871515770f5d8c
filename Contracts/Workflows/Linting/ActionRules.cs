using System.Text.Json;
using Switchyard.Contracts.Expressions;

namespace Switchyard.Contracts.Workflows.Linting;

/// <summary>Actions that exist, and are given what they need.</summary>
internal static class ActionRules
{
    public static void Check(WorkflowDocument document, Findings findings)
    {
        foreach (var placed in StepGraph.Of(document).Steps)
        {
            if (!Actions.IsKnown(placed.Step.Action))
            {
                var near = Suggestion.For(placed.Step.Action, Actions.All);
                findings.Error(DiagnosticCodes.UnknownAction, placed.Pointer + "/action",
                    $"There is no action '{TreeBuilder.Shorten(placed.Step.Action)}'.{(near is null ? $" Known: {string.Join(", ", Actions.All)}." : $" Did you mean '{near}'?")}");
                continue;
            }
            CheckInput(placed, findings);
            CheckDetails(document, placed, findings);
        }
    }

    private static void CheckInput(PlacedStep placed, Findings findings)
    {
        var schema = Actions.InputOf(placed.Step.Action);
        foreach (var error in schema.Validate(placed.Step.With))
        {
            var pointer = placed.Pointer + "/with" + error.Pointer;
            switch (error.Keyword)
            {
                case "required":
                    findings.Error(DiagnosticCodes.MissingInput, pointer, $"{placed.Step.Action}: {error.Message}");
                    break;
                case "additionalProperties":
                    findings.Error(DiagnosticCodes.UnknownInput, pointer, $"{placed.Step.Action}: {error.Message}");
                    break;
                case "oneOf" when error.Pointer.Length == 0:
                    var choices = schema.Root.Combined!.OneOf.SelectMany(choice => choice.Object?.Required ?? []);
                    findings.Error(DiagnosticCodes.ConflictingInput, pointer, $"{placed.Step.Action}: give exactly one of {string.Join(" and ", choices)}.");
                    break;
                case "not" when error.Pointer.Length == 0:
                    var rivals = schema.Root.Combined!.Not!.Object?.Required ?? [];
                    findings.Error(DiagnosticCodes.ConflictingInput, pointer, $"{placed.Step.Action}: give only one of {string.Join(" and ", rivals)}.");
                    break;
                default:
                    findings.Error(DiagnosticCodes.InvalidInput, pointer, $"{placed.Step.Action}: {error.Message}");
                    break;
            }
        }
    }

    private static void CheckDetails(WorkflowDocument document, PlacedStep placed, Findings findings)
    {
        var with = placed.Step.With;
        switch (placed.Step.Action)
        {
            case Actions.HttpRequest when Constant(with, "url") is { } url
                && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"):
                findings.Error(DiagnosticCodes.InvalidInput, placed.Pointer + "/with/url", $"'{TreeBuilder.Shorten(url)}' is no absolute http or https address.");
                break;
            case Actions.ScriptJs when Text(with, "code") is { } code && code.Contains("${{", StringComparison.Ordinal):
                findings.Warning(DiagnosticCodes.ExpressionInCode, placed.Pointer + "/with/code", "What an expression puts into code runs as code; pass values through input instead.");
                break;
            case Actions.Workflow when Constant(with, "slug") == document.Slug:
                findings.Add(DiagnosticCodes.SelfRecursion, placed.Step.When is null ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
                    placed.Pointer + "/with/slug", placed.Step.When is null ? "The workflow starts itself without end." : "The workflow starts itself; make sure that the condition ends it.");
                break;
        }
    }

    /// <summary>The text of a field; null when there is none.</summary>
    internal static string? Text(JsonElement with, string name) =>
        with.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The text of a field without expressions; null when it has some.</summary>
    internal static string? Constant(JsonElement with, string name) =>
        Text(with, name) is { } text && !text.Contains("${{", StringComparison.Ordinal) ? text : null;
}
