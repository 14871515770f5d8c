using System.Text.Json;
using System.Text.Json.Nodes;

namespace Switchyard.RunnerService.Steps;

/// <summary>
/// Waits for a person. The state names who may decide (<c>approvers</c>: roles or names; empty = anyone allowed to decide at all)
/// and until when; the waker adds <c>decision: { outcome: approved | rejected, by, comment, at }</c>. Who may decide is checked
/// where the decision is taken, not here.
/// </summary>
public sealed class ApprovalStep : IStep
{
    public const string Kind = "approval";

    public string Action => "approval";

    public bool IsPure => false;

    public ValueTask<StepOutcome> ExecuteAsync(StepContext context, CancellationToken stop) => new(Execute(context));

    private static StepOutcome Execute(StepContext context)
    {
        var now = context.Time.GetUtcNow();
        var with = new StepWith(context.With);
        var onTimeout = with.OneOf("onTimeout", "fail", "reject", "approve", "skip");
        var onReject = with.OneOf("onReject", "fail", "continue");
        var title = with.TextOr("title", context.StepId);
        var message = with.TextOr("message", "");
        var deadline = AwaitedState.ReadDeadline(with, now);
        var approvers = ReadApprovers(with);
        if (with.Refusal is { } refusal) return refusal;

        var state = AwaitedState.IsOf(context.State, Kind)
            ? context.State
            : AwaitedState.Make(Kind, context.StepId, deadline, ("title", title), ("message", message.Length > 0 ? message : null), ("approvers", approvers), ("onTimeout", onTimeout));

        // The deadline of the first execution holds: a later one would start the wait anew.
        deadline = AwaitedState.DeadlineOf(state);
        if (Decision(state) is { } decision) return Decided(decision.Outcome, decision.Detail, onReject);
        if (deadline > now || deadline is null) return new StepOutcome.Wait(deadline, $"approval: {title}", state);

        return onTimeout switch
        {
            "approve" => Decided("approved", Default("approved"), onReject),
            "reject" => Decided("rejected", Default("rejected"), onReject),
            "skip" => new StepOutcome.Skipped("Nobody decided in time."),
            _ => new StepOutcome.Permanent("APPROVAL_TIMED_OUT", $"Nobody decided '{title}' before {deadline:u}."),
        };
    }

    private static StepOutcome Decided(string outcome, JsonElement decision, string onReject)
    {
        var fields = new StepWith(decision);
        var approved = outcome == "approved";
        var output = JsonSerializer.SerializeToElement(new
        {
            approved,
            by = fields.TextOr("by", ""),
            comment = fields.TextOr("comment", ""),
            at = fields.TextOr("at", ""),
            byDefault = fields.Flag("byDefault", otherwise: false),
        });
        if (approved || onReject == "continue") return new StepOutcome.Succeeded(output);

        var by = fields.TextOr("by", "") is { Length: > 0 } name ? $" by {name}" : "";
        var comment = fields.TextOr("comment", "") is { Length: > 0 } text ? $": {text}" : ".";
        return new StepOutcome.Permanent("APPROVAL_REJECTED", $"Rejected{by}{comment}", output);
    }

    /// <summary>The waker's decision; anything that is not clearly an approval is a rejection.</summary>
    private static (string Outcome, JsonElement Detail)? Decision(JsonElement state)
    {
        var decision = new StepWith(state).Field("decision");
        return decision.ValueKind switch
        {
            JsonValueKind.String => (Word(decision.GetString()!), default),
            JsonValueKind.Object => (Word(new StepWith(decision).TextOr("outcome", "")), decision),
            _ => null,
        };

        static string Word(string outcome) => outcome is "approved" or "approve" ? "approved" : "rejected";
    }

    private static JsonElement Default(string outcome) => JsonSerializer.SerializeToElement(new { outcome, byDefault = true, comment = "Nobody decided in time." });

    private static JsonArray? ReadApprovers(StepWith with)
    {
        if (!with.Has("approvers")) return null;
        var given = with.Field("approvers");
        if (given.ValueKind == JsonValueKind.String) return [given.GetString()];
        if (given.ValueKind == JsonValueKind.Array && given.EnumerateArray().All(one => one.ValueKind == JsonValueKind.String))
        {
            return [.. given.EnumerateArray().Select(one => JsonValue.Create(one.GetString()))];
        }

        with.Refuse("'approvers' must be a role or name, or a list of them.");
        return null;
    }
}
