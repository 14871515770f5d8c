using System.Text.Json;
using System.Text.Json.Serialization;

namespace Switchyard.Contracts.Json;

/// <summary>Writes an enum as its snake_case word and refuses numbers, also where only the generated context is in use.</summary>
public sealed class SnakeCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
