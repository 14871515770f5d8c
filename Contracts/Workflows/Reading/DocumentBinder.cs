using System.Text.Json;
using System.Text.RegularExpressions;

namespace Switchyard.Contracts.Workflows;

/// <summary>Turns the JSON of a document into the model and reports every field that does not fit.</summary>
internal sealed class DocumentBinder(SourceMap source, List<Diagnostic> diagnostics)
{
    private const int OneYear = 366 * 24 * 60 * 60;

    public void Report(string code, string pointer, string message) =>
        diagnostics.Add(source.Place(new Diagnostic(code, DiagnosticSeverity.Error, message, pointer)));

    public void ReportKey(string code, string pointer, string message) =>
        diagnostics.Add(source.PlaceAtKey(new Diagnostic(code, DiagnosticSeverity.Error, message, pointer)));

    public WorkflowDocument Bind(JsonElement root)
    {
        var fields = new FieldReader(root, "", "the document", DocumentFields.Document, this);
        return new WorkflowDocument
        {
            Slug = Slug(fields),
            Version = Version(fields),
            Name = fields.Text("name", maxLength: 200),
            Description = fields.Text("description", maxLength: 20_000),
            Owner = fields.Text("owner", maxLength: 200),
            Risk = fields.Word<Risk>("risk"),
            Labels = Labels(fields),
            Parameters = fields.Object("parameters"),
            Triggers = Triggers(fields),
            TimeoutSeconds = fields.Whole("timeoutSeconds", 1, OneYear),
            Concurrency = Concurrency(fields),
            Steps = Steps(fields, "steps", required: true),
            OnFailure = Steps(fields, "onFailure", required: false),
            Outputs = fields.Object("outputs"),
            Extensions = fields.Extensions,
        };
    }

    private string Slug(FieldReader fields)
    {
        var slug = fields.Text("slug", required: true, maxLength: 200);
        if (slug is not null && !WorkflowNames.IsSlug(slug))
        {
            Report(DiagnosticCodes.InvalidSlug, "/slug", $"'{TreeBuilder.Shorten(slug)}' is no slug: lower-case letters, digits and single hyphens, at most 64, beginning with a letter.");
        }
        return slug ?? "";
    }

    private string Version(FieldReader fields)
    {
        var version = fields.Text("version", required: true, maxLength: 200);
        if (version is not null && !SemVer.TryParse(version, out _))
        {
            Report(DiagnosticCodes.InvalidVersion, "/version", $"'{TreeBuilder.Shorten(version)}' is no semantic version; write MAJOR.MINOR.PATCH, such as 1.2.0.");
        }
        return version ?? "";
    }

    private IReadOnlyDictionary<string, string> Labels(FieldReader fields)
    {
        if (fields.Object("labels") is not { } labels)
        {
            return WorkflowDocument.EmptyLabels;
        }
        var bound = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var label in labels.EnumerateObject())
        {
            var pointer = JsonPointer.Append("/labels", label.Name);
            if (label.Name.Length is 0 or > 63 || bound.Count >= 50)
            {
                Report(DiagnosticCodes.InvalidValue, pointer, "A document has at most 50 labels, with names of 1 to 63 characters.");
                break;
            }
            if (label.Value.ValueKind != JsonValueKind.String)
            {
                Report(DiagnosticCodes.WrongType, pointer, $"A label must be a text, not {FieldReader.TypeName(label.Value)}; put it in quotes.");
                continue;
            }
            bound[label.Name] = label.Value.GetString()!;
        }
        return bound.AsReadOnly();
    }

    private Concurrency? Concurrency(FieldReader document)
    {
        if (document.Any("concurrency") is not { } value)
        {
            return null;
        }
        var fields = new FieldReader(value, "/concurrency", "concurrency", DocumentFields.Concurrency, this);
        return new Concurrency
        {
            Key = fields.Text("key"),
            Limit = fields.Whole("limit", 1, 10_000) ?? 1,
            OnConflict = fields.Word<ConflictPolicy>("onConflict"),
        };
    }

    private List<Trigger> Triggers(FieldReader document)
    {
        var triggers = new List<Trigger>();
        if (document.List("triggers") is not { } list)
        {
            return triggers;
        }
        foreach (var (i, value) in list.EnumerateArray().Index())
        {
            if (Trigger(value, JsonPointer.Append("/triggers", i)) is { } trigger)
            {
                triggers.Add(trigger);
            }
        }
        return triggers;
    }

    private Trigger? Trigger(JsonElement value, string pointer)
    {
        var type = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("type", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        var known = type switch
        {
            "manual" => DocumentFields.ManualTrigger,
            "schedule" => DocumentFields.ScheduleTrigger,
            "webhook" => DocumentFields.WebhookTrigger,
            "event" => DocumentFields.EventTrigger,
            _ => DocumentFields.Trigger,
        };
        var fields = new FieldReader(value, pointer, type is null ? "a trigger" : $"the {TreeBuilder.Shorten(type)} trigger", known, this);
        switch (fields.Text("type", required: true))
        {
            case "manual":
                return new ManualTrigger();
            case "schedule":
                return new ScheduleTrigger
                {
                    Cron = fields.Text("cron", required: true, maxLength: 200) ?? "",
                    TimeZone = fields.Text("timeZone", maxLength: 100) ?? "UTC",
                    CatchUp = fields.Word<CatchUp>("catchUp"),
                    Overlap = fields.Word<Overlap>("overlap"),
                    Parameters = fields.Object("parameters"),
                };
            case "webhook":
                var id = fields.Text("id", required: true, maxLength: 200);
                if (id is not null && !WorkflowNames.IsSlug(id))
                {
                    Report(DiagnosticCodes.InvalidValue, fields.PointerTo("id"), $"'{TreeBuilder.Shorten(id)}' cannot be part of an address: lower-case letters, digits and single hyphens, at most 64.");
                }
                return new WebhookTrigger
                {
                    Id = id ?? "",
                    Secret = Secret(fields),
                    Filter = fields.Text("filter"),
                    Parameters = fields.Object("parameters"),
                };
            case "event":
                return new EventTrigger
                {
                    Event = fields.Text("event", required: true, maxLength: 200) ?? "",
                    Filter = fields.Text("filter"),
                    Parameters = fields.Object("parameters"),
                };
            case { } other:
                Report(DiagnosticCodes.InvalidValue, fields.PointerTo("type"), $"There is no trigger '{TreeBuilder.Shorten(other)}'; known are manual, schedule, webhook and event.");
                return null;
            default:
                return null;
        }
    }

    private SecretReference? Secret(FieldReader trigger)
    {
        if (trigger.Any("secret") is not { } value)
        {
            return null;
        }
        if (SecretReference.TryRead(value, out var reference))
        {
            return reference;
        }
        Report(DiagnosticCodes.InvalidValue, trigger.PointerTo("secret"), "A secret is named, not written: { \"source\": \"store\" or \"env\", \"name\": … }.");
        return null;
    }

    private List<Step> Steps(FieldReader document, string name, bool required)
    {
        var steps = new List<Step>();
        if (document.List(name, required) is not { } list)
        {
            return steps;
        }
        var count = list.GetArrayLength();
        if (count > ReadLimits.MaxSteps || (count == 0 && required))
        {
            Report(DiagnosticCodes.InvalidValue, "/" + name, count == 0 ? "A workflow needs at least one step." : $"A workflow has at most {ReadLimits.MaxSteps} steps; move some into a sub-workflow.");
            return steps;
        }
        foreach (var (i, value) in list.EnumerateArray().Index())
        {
            steps.Add(Step(value, JsonPointer.Append("/" + name, i)));
        }
        return steps;
    }

    private Step Step(JsonElement value, string pointer)
    {
        var fields = new FieldReader(value, pointer, "a step", DocumentFields.Step, this);
        var id = fields.Text("id", required: true, maxLength: 200);
        if (id is not null && !WorkflowNames.IsStepId(id))
        {
            Report(DiagnosticCodes.InvalidStepId, fields.PointerTo("id"), $"'{TreeBuilder.Shorten(id)}' is no step id: letters, digits, _ and -, at most 64, beginning with a letter.");
        }
        var forEach = fields.Any("forEach");
        if (forEach is { ValueKind: not (JsonValueKind.String or JsonValueKind.Array) } wrong)
        {
            Report(DiagnosticCodes.WrongType, fields.PointerTo("forEach"), $"'forEach' must be a list or an expression that gives one, not {FieldReader.TypeName(wrong)}.");
        }
        return new Step
        {
            Id = id ?? "",
            Action = fields.Text("action", required: true, maxLength: 200) ?? "",
            DependsOn = DependsOn(fields),
            With = fields.Object("with") ?? Workflows.Step.EmptyObject,
            When = fields.Text("when", maxLength: Expressions.ExpressionLimits.MaxLength),
            ForEach = forEach,
            MaxParallel = fields.Whole("maxParallel", 1, 1000),
            Retry = Retry(fields),
            TimeoutSeconds = fields.Whole("timeoutSeconds", 1, OneYear),
            ContinueOnError = fields.Boolean("continueOnError") ?? false,
            Extensions = fields.Extensions,
        };
    }

    private List<string> DependsOn(FieldReader step)
    {
        var ids = new List<string>();
        if (step.List("dependsOn") is not { } list)
        {
            return ids;
        }
        foreach (var (i, value) in list.EnumerateArray().Index())
        {
            var pointer = JsonPointer.Append(step.PointerTo("dependsOn"), i);
            if (value.ValueKind != JsonValueKind.String)
            {
                Report(DiagnosticCodes.WrongType, pointer, $"'dependsOn' lists ids of steps, not {FieldReader.TypeName(value)}.");
            }
            else if (ids.Contains(value.GetString()!))
            {
                Report(DiagnosticCodes.InvalidValue, pointer, $"'{TreeBuilder.Shorten(value.GetString()!)}' is listed twice.");
            }
            else
            {
                ids.Add(value.GetString()!);
            }
        }
        return ids;
    }

    private Retry? Retry(FieldReader step)
    {
        if (step.Any("retry") is not { } value)
        {
            return null;
        }
        var fields = new FieldReader(value, step.PointerTo("retry"), "retry", DocumentFields.Retry, this);
        const int oneDayMs = 24 * 60 * 60 * 1000;
        return new Retry
        {
            MaxAttempts = fields.Whole("maxAttempts", 1, 100),
            Backoff = fields.Word<Backoff>("backoff"),
            InitialMs = fields.Whole("initialMs", 0, oneDayMs),
            MaxMs = fields.Whole("maxMs", 0, oneDayMs),
        };
    }
}

/// <summary>Which texts may name a workflow or a step.</summary>
public static partial class WorkflowNames
{
    public static bool IsSlug(string text) => SlugPattern().IsMatch(text);

    public static bool IsStepId(string text) => StepIdPattern().IsMatch(text);

    [GeneratedRegex(@"\A(?=.{1,64}\z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SlugPattern();

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_-]{0,63}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StepIdPattern();
}
