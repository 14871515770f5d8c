using System.Collections.Frozen;
using Switchyard.Contracts.Schemas;

namespace Switchyard.Contracts.Workflows;

/// <summary>The actions a step may name; what each accepts stands in the published schema under <c>$defs/with</c>.</summary>
public static class Actions
{
    public const string HttpRequest = "http.request";
    public const string Delay = "delay";
    public const string Transform = "transform";
    public const string ScriptJs = "script.js";
    public const string Workflow = "workflow";
    public const string Approval = "approval";
    public const string SignalWait = "signal.wait";
    public const string ArtifactWrite = "artifact.write";
    public const string Notify = "notify";
    public const string AiAgent = "ai.agent";
    public const string Fail = "fail";
    public const string Noop = "noop";

    public static IReadOnlyList<string> All { get; } =
        [HttpRequest, Delay, Transform, ScriptJs, Workflow, Approval, SignalWait, ArtifactWrite, Notify, AiAgent, Fail, Noop];

    private static readonly FrozenDictionary<string, JsonSchema> Inputs = All.ToFrozenDictionary(
        action => action,
        action => JsonSchema.ParseAt(WorkflowSchema.Element, $"/$defs/with/{action}"),
        StringComparer.Ordinal);

    public static bool IsKnown(string action) => Inputs.ContainsKey(action);

    /// <summary>The schema of an action's <c>with</c>, in which an expression may stand for any value.</summary>
    public static JsonSchema InputOf(string action) => Inputs[action];
}
