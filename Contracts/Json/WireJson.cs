using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Switchyard.Contracts.Json;

/// <summary>The one set of JSON rules that every wire record of the hub is read and written with.</summary>
public static class WireJson
{
    /// <summary>Nesting that any JSON of the hub may have.</summary>
    public const int MaxDepth = 64;

    /// <summary>camelCase, no nulls, enums as snake_case; wire records resolve through the generated context.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        // Reflection stands behind the generated context for records of other projects that have no context of their own.
        var options = Apply(new JsonSerializerOptions());
        options.TypeInfoResolverChain.Add(ContractsJsonContext.Default);
        options.TypeInfoResolverChain.Add(new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver());
        options.MakeReadOnly();
        return options;
    }

    /// <summary>Puts the rules on options that someone else owns, such as those of minimal APIs.</summary>
    public static JsonSerializerOptions Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.AllowTrailingCommas = false;
        options.MaxDepth = MaxDepth;
        options.NumberHandling = JsonNumberHandling.Strict;
        // Text is served as application/json, never inside HTML, so readable beats escaped.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        return options;
    }
}
