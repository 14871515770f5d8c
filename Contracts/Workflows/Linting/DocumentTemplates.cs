using System.Text.Json;
using Switchyard.Contracts.Expressions;

namespace Switchyard.Contracts.Workflows.Linting;

/// <summary>Where a template stands, which decides what it may read.</summary>
internal enum TemplatePlace
{
    Step,
    ForEach,
    Concurrency,
    Trigger,
    Outputs,
}

/// <summary>One template or condition of a document, read.</summary>
internal sealed record DocumentTemplate(
    TemplatePlace Place,
    string Pointer,
    PlacedStep? Step,
    IReadOnlyList<Reference> References,
    IReadOnlyList<ExpressionException> Errors)
{
    /// <summary>The pointer to the text that a reference or mistake inside the template stands in.</summary>
    public string PointerTo(string? inner) => Pointer + inner;
}

/// <summary>All templates of a document, read once for all rules.</summary>
internal static class DocumentTemplates
{
    public static IReadOnlyList<DocumentTemplate> Of(WorkflowDocument document)
    {
        var all = new List<DocumentTemplate>();
        if (document.Concurrency?.Key is { } key)
        {
            all.Add(Text(TemplatePlace.Concurrency, "/concurrency/key", null, key));
        }
        for (var i = 0; i < document.Triggers.Count; i++)
        {
            AddTrigger(document.Triggers[i], JsonPointer.Append("/triggers", i), all);
        }
        foreach (var placed in StepGraph.Of(document).Steps)
        {
            AddStep(placed, all);
        }
        if (document.Outputs is { } outputs)
        {
            all.Add(Json(TemplatePlace.Outputs, "/outputs", null, outputs));
        }
        return all;
    }

    private static void AddTrigger(Trigger trigger, string pointer, List<DocumentTemplate> all)
    {
        var (filter, parameters) = trigger switch
        {
            ScheduleTrigger schedule => (null, schedule.Parameters),
            WebhookTrigger webhook => (webhook.Filter, webhook.Parameters),
            EventTrigger inner => (inner.Filter, inner.Parameters),
            _ => (null, null),
        };
        if (filter is not null)
        {
            all.Add(Condition(TemplatePlace.Trigger, pointer + "/filter", null, filter));
        }
        if (parameters is { } template)
        {
            all.Add(Json(TemplatePlace.Trigger, pointer + "/parameters", null, template));
        }
    }

    private static void AddStep(PlacedStep placed, List<DocumentTemplate> all)
    {
        if (placed.Step.ForEach is { } forEach)
        {
            all.Add(Json(TemplatePlace.ForEach, placed.Pointer + "/forEach", placed, forEach));
        }
        if (placed.Step.When is { } when)
        {
            all.Add(Condition(TemplatePlace.Step, placed.Pointer + "/when", placed, when));
        }
        all.Add(Json(TemplatePlace.Step, placed.Pointer + "/with", placed, placed.Step.With));
    }

    private static DocumentTemplate Json(TemplatePlace place, string pointer, PlacedStep? step, JsonElement template)
    {
        var errors = new List<ExpressionException>();
        return new DocumentTemplate(place, pointer, step, Template.Parse(template, errors).References, errors);
    }

    private static DocumentTemplate Text(TemplatePlace place, string pointer, PlacedStep? step, string template) =>
        Read(place, pointer, step, () => Template.Parse(template).References);

    private static DocumentTemplate Condition(TemplatePlace place, string pointer, PlacedStep? step, string condition) =>
        Read(place, pointer, step, () => Expression.Parse(condition).References);

    private static DocumentTemplate Read(TemplatePlace place, string pointer, PlacedStep? step, Func<IReadOnlyList<Reference>> read)
    {
        try
        {
            return new DocumentTemplate(place, pointer, step, read(), []);
        }
        catch (ExpressionException error)
        {
            return new DocumentTemplate(place, pointer, step, [], [error]);
        }
    }
}
