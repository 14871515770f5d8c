using System.Text.Json;

namespace Switchyard.Contracts.Expressions;

/// <summary>What an expression may read about a finished step.</summary>
public readonly record struct StepResult(string Status, Value Output, Value Error)
{
    public static StepResult Succeeded(JsonElement output) => new("succeeded", Value.Of(output), Value.Null);
    public static StepResult Failed(string code, string message) =>
        new("failed", Value.Null, Value.Of(("code", Value.Of(code)), ("message", Value.Of(message))));
}

/// <summary>The names an expression sees. One is made per run; <see cref="ForItem"/> makes the cheap copy for an item of a forEach.</summary>
public sealed class EvaluationScope
{
    public static EvaluationScope Empty { get; } = new();

    public Value Parameters { get; init; }
    public Value Run { get; init; }
    public Value Event { get; init; }
    public Value Item { get; private set; }
    public Value Index { get; private set; }

    /// <summary>Finds a step by id; null while it has not finished.</summary>
    public Func<string, StepResult?>? Steps { get; init; }

    public EvaluationScope ForItem(Value item, int index)
    {
        var copy = (EvaluationScope)MemberwiseClone();
        copy.Item = item;
        copy.Index = Value.Of(index);
        return copy;
    }

    internal Value Step(string id) =>
        Steps?.Invoke(id) is { } result
            ? Value.Of(("status", Value.Of(result.Status)), ("output", result.Output), ("error", result.Error))
            : Value.Null;

    internal Value StepField(string id, string field) =>
        Steps?.Invoke(id) is not { } result ? Value.Null : field switch
        {
            "output" => result.Output,
            "status" => Value.Of(result.Status),
            "error" => result.Error,
            _ => Value.Null,
        };
}
