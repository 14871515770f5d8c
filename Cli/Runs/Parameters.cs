using System.Text;
using System.Text.Json;

namespace Switchyard.Cli.Runs;

/// <summary>The parameters of a run, from <c>--params FILE</c> and <c>-p key=value</c>; the latter win.</summary>
internal static class Parameters
{
    public static JsonElement? Gather(string? file, IReadOnlyList<string> pairs)
    {
        if (file is null && pairs.Count == 0)
        {
            return null;
        }

        var fields = new Dictionary<string, JsonElement>();
        if (file is not null)
        {
            foreach (var field in ReadFile(file).EnumerateObject())
            {
                fields[field.Name] = field.Value;
            }
        }

        foreach (var pair in pairs)
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw Failure.Usage($"'-p {pair}' is not key=value.", "Write -p name=value, once for each parameter.");
            }

            fields[pair[..at]] = Value(pair[(at + 1)..]);
        }

        return Object(fields);
    }

    // Numbers, true, false, null, [..], {..} and "quoted text" are JSON; anything else is text as it stands (2026-11-20, 007, http://…).
    public static JsonElement Value(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return JsonElement.Parse($"\"{JsonEncodedText.Encode(text)}\"");
        }
    }

    private static JsonElement ReadFile(string path)
    {
        try
        {
            var content = path == "-" ? Console.In.ReadToEnd() : File.ReadAllText(path, Encoding.UTF8);
            var read = JsonElement.Parse(content);
            return read.ValueKind == JsonValueKind.Object
                ? read
                : throw Failure.Usage($"{path} holds no JSON object.", "Write the parameters as { \"name\": value }.");
        }
        catch (JsonException e)
        {
            throw Failure.Usage($"{path} is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).", "Correct it there.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure.Usage($"{path} cannot be read: {e.Message}", "Check the path.");
        }
    }

    private static JsonElement Object(Dictionary<string, JsonElement> fields)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.ToArray());
    }
}
