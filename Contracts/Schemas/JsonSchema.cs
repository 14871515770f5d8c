using System.Collections.Concurrent;
using System.Text.Json;

namespace Switchyard.Contracts.Schemas;

/// <summary>
/// A compiled JSON Schema (2020-12). It is our own because a schema comes from a workflow's author: it must never open a URL or a file for
/// a reference, nor hang on a pattern, and a keyword that it does not know how to check is an error or a warning, never silently true.
/// </summary>
public sealed class JsonSchema
{
    private const int MostCached = 1_000;

    private static readonly ConcurrentDictionary<string, JsonSchema> Cache = new(StringComparer.Ordinal);

    private readonly SchemaNode _root;

    private JsonSchema(SchemaNode root, IReadOnlyList<SchemaWarning> warnings)
    {
        _root = root;
        Warnings = warnings;
    }

    public IReadOnlyList<SchemaWarning> Warnings { get; }

    internal SchemaNode Root => _root;

    /// <summary>Compiles a schema; a bad one throws <see cref="SchemaException"/>.</summary>
    public static JsonSchema Parse(JsonElement schema)
    {
        var compiler = new SchemaCompiler(schema.Clone());
        var root = compiler.Compile();
        return new JsonSchema(root, compiler.Warnings);
    }

    /// <summary>Compiles the part of a schema that a pointer names; references go on meaning the whole.</summary>
    internal static JsonSchema ParseAt(JsonElement schema, string pointer)
    {
        var compiler = new SchemaCompiler(schema);
        return new JsonSchema(compiler.CompileAt(pointer), compiler.Warnings);
    }

    /// <summary>The compiled schema for a text seen before, or a new one.</summary>
    public static JsonSchema Cached(JsonElement schema)
    {
        var text = schema.GetRawText();
        if (Cache.TryGetValue(text, out var known))
        {
            return known;
        }
        var parsed = Parse(schema);
        if (Cache.Count >= MostCached)
        {
            // Starting over costs a few microseconds per schema; a ranking of what to drop would cost more code than it saves.
            Cache.Clear();
        }
        return Cache.GetOrAdd(text, parsed);
    }

    /// <summary>What does not fit; empty when the value is valid.</summary>
    public IReadOnlyList<SchemaError> Validate(JsonElement value)
    {
        var check = new SchemaCheck();
        _root.Check(value, "", check);
        return check.Errors;
    }

    /// <summary>The value with the defaults of the properties that it leaves out; the value itself when nothing is missing.</summary>
    public JsonElement Fill(JsonElement value) => SchemaDefaults.Fill(_root, value);
}
