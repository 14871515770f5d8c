using System.Text.Json;
using System.Text.Json.Nodes;

namespace Switchyard.DefinitionsService.Tests;

/// <summary>Workflow documents to change at will.</summary>
internal static class Documents
{
    public static JsonObject Report(string slug = "report", string version = "1.0.0") => new()
    {
        ["slug"] = slug,
        ["version"] = version,
        ["name"] = "Report",
        ["owner"] = "logistics",
        ["labels"] = new JsonObject { ["team"] = "logistics" },
        ["parameters"] = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["day"] = new JsonObject { ["type"] = "string" } },
        },
        ["steps"] = new JsonArray(Step("rows")),
        ["outputs"] = new JsonObject { ["rows"] = "${{ steps.rows.output }}" },
    };

    public static JsonObject Step(string id, string action = "transform", string value = "${{ parameters.day }}") => new()
    {
        ["id"] = id,
        ["action"] = action,
        ["with"] = new JsonObject { ["value"] = value },
    };

    public static JsonObject With(this JsonObject document, string name, JsonNode value)
    {
        document[name] = value;
        return document;
    }

    public static JsonObject Without(this JsonObject document, string name)
    {
        document.Remove(name);
        return document;
    }

    public static JsonObject WithStep(this JsonObject document, JsonObject step)
    {
        document["steps"]!.AsArray().Add(step);
        return document;
    }

    /// <summary>Breaks callers: a parameter that they never gave is required now.</summary>
    public static JsonObject RequiringDay(this JsonObject document)
    {
        document["parameters"]!["required"] = new JsonArray("day");
        return document;
    }

    /// <summary>Breaks nobody: one more optional parameter.</summary>
    public static JsonObject WithOptionalParameter(this JsonObject document, string name = "region")
    {
        document["parameters"]!["properties"]![name] = new JsonObject { ["type"] = "string" };
        document["steps"]!.AsArray().Add(Step($"use-{name}", value: $"${{{{ parameters.{name} }}}}"));
        return document;
    }

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
