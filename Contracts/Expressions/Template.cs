using System.Text.Json;

namespace Switchyard.Contracts.Expressions;

/// <summary>
/// A JSON value whose texts may hold <c>${{ … }}</c>, compiled into a plan: constant parts are copied, a text that is one expression keeps
/// the type of its result, others are filled in. <c>$${{</c> stands for <c>${{</c> itself. Parse once, keep it, evaluate from any thread.
/// </summary>
public sealed class Template
{
    private readonly Plan _plan;

    private Template(Plan plan, IReadOnlyList<Reference> references)
    {
        _plan = plan;
        References = references;
    }

    /// <summary>What the template reads, and where in it.</summary>
    public IReadOnlyList<Reference> References { get; }

    /// <summary>Whether every evaluation gives the same value, the template itself.</summary>
    public bool IsConstant => _plan is ConstantPlan;

    public static Template Parse(JsonElement template)
    {
        var errors = new List<ExpressionException>();
        var parsed = Parse(template, errors);
        return errors.Count == 0 ? parsed : throw errors[0];
    }

    public static Template Parse(string template)
    {
        var references = new List<Reference>();
        return new Template(Plan.OfText(template, () => TextJson(template), "", references), references);
    }

    /// <summary>Reads a template and collects every mistake instead of stopping at the first.</summary>
    public static Template Parse(JsonElement template, ICollection<ExpressionException> errors)
    {
        var references = new List<Reference>();
        return new Template(Plan.Of(template, "", references, errors), references);
    }

    public JsonElement Evaluate(EvaluationScope scope)
    {
        if (_plan is ConstantPlan constant)
        {
            return constant.Element;
        }
        if (_plan is ExpressionPlan or TextPlan)
        {
            return EvaluateValue(scope).ToJson();
        }
        return BoundedJson.Build((Plan: _plan, Scope: scope), static (writer, state) =>
        {
            var frame = new Frame(state.Scope);
            state.Plan.Write(writer, ref frame);
        });
    }

    /// <summary>The result as a value, for what wants to go on computing with it, such as the list of a forEach.</summary>
    public Value EvaluateValue(EvaluationScope scope)
    {
        var frame = new Frame(scope);
        return _plan.Evaluate(ref frame);
    }

    private static JsonElement TextJson(string text) => BoundedJson.Build(text, static (writer, value) => writer.WriteStringValue(value));
}
