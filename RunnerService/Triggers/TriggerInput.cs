using System.Runtime.CompilerServices;
using System.Text.Json;
using Switchyard.Contracts.Expressions;
using Switchyard.Contracts.Workflows;

namespace Switchyard.RunnerService.Triggers;

/// <summary>A trigger's filter and parameters, compiled once per version: what it makes of an event.</summary>
public sealed class TriggerInput
{
    private static readonly ConditionalWeakTable<Trigger, TriggerInput> Compiled = [];

    private readonly Expression? filter;
    private readonly Template? parameters;

    private TriggerInput(Trigger trigger)
    {
        var (condition, template) = trigger switch
        {
            ScheduleTrigger schedule => (null, schedule.Parameters),
            WebhookTrigger webhook => (webhook.Filter, webhook.Parameters),
            EventTrigger inner => (inner.Filter, inner.Parameters),
            _ => (null, null),
        };
        filter = condition is null ? null : Expression.Parse(condition);
        parameters = template is { } given ? Template.Parse(given) : null;
    }

    /// <exception cref="ExpressionException">The filter or the template cannot be read.</exception>
    public static TriggerInput Of(Trigger trigger) => Compiled.GetValue(trigger, static one => new TriggerInput(one));

    /// <summary>Whether the filter lets the event through.</summary>
    /// <exception cref="ExpressionException">The filter cannot deal with this event.</exception>
    public bool Accepts(JsonElement happening) => filter?.IsTrue(Scope(happening)) ?? true;

    /// <summary>The run's parameters; without a template <paramref name="otherwise"/>, when it is an object.</summary>
    /// <exception cref="ExpressionException">The template cannot be filled from this event.</exception>
    public JsonElement? Parameters(JsonElement happening, JsonElement otherwise = default) =>
        parameters?.Evaluate(Scope(happening)) ?? (otherwise.ValueKind is JsonValueKind.Object ? otherwise : null);

    private static EvaluationScope Scope(JsonElement happening) => new() { Event = Value.Of(happening) };
}
