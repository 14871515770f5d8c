using Switchyard.RunnerService.Runs;

namespace Switchyard.RunnerService.Control;

/// <summary>What came of a request to move a run.</summary>
public abstract record ControlOutcome
{
    private ControlOutcome() { }

    /// <summary>The run stands where it was asked to.</summary>
    public sealed record Done(Run Run) : ControlOutcome;

    /// <summary>The run is in flight and was told; it moves when its running steps are done.</summary>
    public sealed record Asked(Run Run) : ControlOutcome;

    /// <summary>A run in this state cannot be moved so.</summary>
    public sealed record NotNow(Run Run) : ControlOutcome;

    public sealed record Unknown : ControlOutcome;
}
