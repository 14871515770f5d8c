using System.ComponentModel.DataAnnotations;

namespace Switchyard.RunnerService.Steps;

/// <summary>Limits that steps share; section <c>Steps</c>.</summary>
public sealed class StepOptions
{
    /// <summary>The largest HTTP answer that becomes a step's output unless the step says otherwise, in bytes. Default 1 MiB.</summary>
    [Range(1, 64 << 20)]
    public long MaxResponseBytes { get; set; } = 1 << 20;

    /// <summary>What a larger <c>maxResponseBytes</c> is cut down to; more than that goes to an artifact. Default 4 MiB, the limit of an expression's result.</summary>
    [Range(1, 64 << 20)]
    public long LargestResponseBytes { get; set; } = 4 << 20;

    /// <summary>How many workflows may be nested in one another. Default 8.</summary>
    [Range(0, 64)]
    public int MaxDepth { get; set; } = 8;
}
