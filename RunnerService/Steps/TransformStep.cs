namespace Switchyard.RunnerService.Steps;

/// <summary>Gives its <c>value</c> as output; the expressions in it have done the work before the step is called.</summary>
public sealed class TransformStep : IStep
{
    public string Action => "transform";

    public bool IsPure => true;

    public ValueTask<StepOutcome> ExecuteAsync(StepContext context, CancellationToken stop)
    {
        var value = new StepWith(context.With).Field("value");
        return new(value.ValueKind == System.Text.Json.JsonValueKind.Undefined
            ? new StepOutcome.Permanent(StepWith.InvalidCode, "'value' is missing.")
            : new StepOutcome.Succeeded(value));
    }
}
