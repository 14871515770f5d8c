using System.Text.Json;

namespace Switchyard.Contracts.Workflows.Linting;

/// <summary>Retries, time limits, and settings without effect.</summary>
internal static class PolicyRules
{
    public static void Check(WorkflowDocument document, Findings findings)
    {
        foreach (var placed in StepGraph.Of(document).Steps)
        {
            var step = placed.Step;
            if (step.Retry is { } retry)
            {
                CheckRetry(step, retry, placed.Pointer + "/retry", findings);
            }
            if (step.MaxParallel is not null && step.ForEach is null)
            {
                findings.Warning(DiagnosticCodes.UselessSetting, placed.Pointer + "/maxParallel", "maxParallel has no effect without forEach.");
            }
            if (!placed.OnFailure)
            {
                CheckTimes(document, placed, findings);
            }
        }
    }

    private static void CheckRetry(Step step, Retry retry, string pointer, Findings findings)
    {
        if (retry is { InitialMs: { } initial, MaxMs: { } most } && initial > most)
        {
            findings.Error(DiagnosticCodes.RetryBounds, pointer + "/initialMs", $"The first pause ({initial} ms) is longer than the longest ({most} ms).");
        }
        var mayFailTransiently = step.Action is not (Actions.Noop or Actions.Delay or Actions.Approval or Actions.SignalWait)
            && (step.Action != Actions.Fail || step.With.TryGetProperty("transient", out _));
        if (!mayFailTransiently && retry.MaxAttempts is not 1)
        {
            findings.Warning(DiagnosticCodes.UselessSetting, pointer, $"A {step.Action} step is never tried again.");
        }
    }

    private static void CheckTimes(WorkflowDocument document, PlacedStep placed, Findings findings)
    {
        var step = placed.Step;
        if (step.TimeoutSeconds > document.TimeoutSeconds)
        {
            findings.Warning(DiagnosticCodes.TimeoutBounds, placed.Pointer + "/timeoutSeconds", $"The step may take {step.TimeoutSeconds} s, but the run ends after {document.TimeoutSeconds} s.");
        }
        var name = step.Action switch
        {
            Actions.Delay => "seconds",
            Actions.Approval or Actions.SignalWait => "timeoutSeconds",
            _ => null,
        };
        if (name is null || !step.With.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.Number)
        {
            return;
        }
        var waits = value.GetDouble();
        if (waits >= document.TimeoutSeconds)
        {
            findings.Warning(DiagnosticCodes.TimeoutBounds, $"{placed.Pointer}/with/{name}", $"The step may wait {waits} s, but the run ends after {document.TimeoutSeconds} s.");
        }
        else if (waits >= step.TimeoutSeconds)
        {
            findings.Warning(DiagnosticCodes.TimeoutBounds, $"{placed.Pointer}/with/{name}", $"The step may wait {waits} s, but times out after {step.TimeoutSeconds} s.");
        }
    }
}
