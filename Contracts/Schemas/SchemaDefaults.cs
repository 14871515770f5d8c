using System.Buffers;
using System.Text.Json;

namespace Switchyard.Contracts.Schemas;

/// <summary>Puts a schema's defaults where a value leaves properties out.</summary>
internal static class SchemaDefaults
{
    // A schema may refer to itself; its values may not be deeper than JSON.
    private const int MostDepth = 64;

    public static JsonElement Fill(SchemaNode node, JsonElement value)
    {
        if (!Lacks(node, value, 0))
        {
            return value;
        }
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(node, value, writer, 0);
        }
        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = MostDepth * 2 });
    }

    private static bool Lacks(SchemaNode node, JsonElement value, int depth)
    {
        if (value.ValueKind != JsonValueKind.Object || depth > MostDepth)
        {
            return false;
        }
        foreach (var (name, property) in Properties(node))
        {
            if (value.TryGetProperty(name, out var given) ? Lacks(property, given, depth + 1) : DefaultOf(property) is not null)
            {
                return true;
            }
        }
        return false;
    }

    private static void Write(SchemaNode node, JsonElement value, Utf8JsonWriter writer, int depth)
    {
        if (value.ValueKind != JsonValueKind.Object || depth > MostDepth)
        {
            value.WriteTo(writer);
            return;
        }
        var properties = Properties(node);
        writer.WriteStartObject();
        foreach (var given in value.EnumerateObject())
        {
            writer.WritePropertyName(given.Name);
            if (properties.TryGetValue(given.Name, out var property))
            {
                Write(property, given.Value, writer, depth + 1);
            }
            else
            {
                given.Value.WriteTo(writer);
            }
        }
        foreach (var (name, property) in properties)
        {
            if (!value.TryGetProperty(name, out _) && DefaultOf(property) is { } missing)
            {
                writer.WritePropertyName(name);
                // A default that is an object may itself leave out what its schema has defaults for; one within itself soon ends.
                Write(property, missing, writer, depth + (MostDepth / 4));
            }
        }
        writer.WriteEndObject();
    }

    private static Dictionary<string, SchemaNode> Properties(SchemaNode node) => Followed(node, n => n.Object)?.Properties ?? [];

    private static JsonElement? DefaultOf(SchemaNode node)
    {
        var hops = 0;
        for (var at = node; at is not null && hops < MostDepth; at = at.Combined?.Reference, hops++)
        {
            if (at.Default is { } value)
            {
                return value;
            }
        }
        return null;
    }

    private static T? Followed<T>(SchemaNode node, Func<SchemaNode, T?> part)
        where T : class
    {
        var hops = 0;
        for (var at = node; at is not null && hops < MostDepth; at = at.Combined?.Reference, hops++)
        {
            if (part(at) is { } found)
            {
                return found;
            }
        }
        return null;
    }
}
