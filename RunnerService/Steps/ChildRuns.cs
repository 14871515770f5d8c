using System.Text.Json;

namespace Switchyard.RunnerService.Steps;

/// <summary>A run that a <c>workflow</c> step wants started.</summary>
public sealed record ChildRunRequest
{
    public required RunIdentity Parent { get; init; }
    public required string StepId { get; init; }
    public int? Item { get; init; }

    /// <summary>The child's slug.</summary>
    public required string Workflow { get; init; }

    /// <summary>Null = the one active in the environment.</summary>
    public string? Version { get; init; }

    /// <summary>The parent's, unless the step names another.</summary>
    public required string Environment { get; init; }

    public JsonElement Parameters { get; init; }

    /// <summary>One attempt of a step starts one child: asked again with the same key, the starter gives the same id.</summary>
    public required string IdempotencyKey { get; init; }
}

/// <summary>Starts child runs; the engine says how, because it owns runs.</summary>
public sealed class ChildRuns
{
    /// <summary>Gives the child's id once it is durable. Throws <see cref="ChildRunRefusedException"/> when no attempt could succeed.</summary>
    public Func<ChildRunRequest, CancellationToken, ValueTask<Guid>> StartChildRun { get; set; } =
        static (_, _) => throw new ChildRunRefusedException("SUB_WORKFLOW_UNAVAILABLE", "This runner does not start sub-workflows.");
}

/// <summary>A child run cannot be started: no such workflow, wrong parameters, not allowed.</summary>
public sealed class ChildRunRefusedException(string code, string message) : Exception(message)
{
    public string Code => code;
}
