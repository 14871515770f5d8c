namespace Switchyard.RunnerService.Steps;

/// <summary>
/// Fails on purpose, with the code and message of the document: for branches that must not be reached, and for trying out
/// <c>onFailure</c>. With <c>transient: true</c> the retry policy applies.
/// </summary>
public sealed class FailStep : IStep
{
    public string Action => "fail";

    public bool IsPure => true;

    public ValueTask<StepOutcome> ExecuteAsync(StepContext context, CancellationToken stop)
    {
        var with = new StepWith(context.With);
        var code = with.TextOr("code", "FAILED_ON_PURPOSE");
        var message = with.TextOr("message", "The workflow ends here by its own decision.");
        var transient = with.Flag("transient", otherwise: false);

        return new(with.Refusal
            ?? (transient ? new StepOutcome.Transient(code, message) : (StepOutcome)new StepOutcome.Permanent(code, message)));
    }
}
