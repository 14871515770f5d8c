using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Otlp;

/// <summary>The messages that traces, logs and metrics share: opentelemetry/proto/common/v1/common.proto and resource/v1/resource.proto.</summary>
internal static class CommonReader
{
    // An attribute value nests (arrays, maps); a sender must not be able to overflow the stack.
    private const int DeepestValue = 16;

    // Longer values are cut: one runaway attribute must not fill the memory that everything else is bounded by.
    private const int LongestValue = 16 * 1024;

    /// <summary>Resource: attributes = 1.</summary>
    public static TelemetrySource Source(ProtoReader resource, SourceRegistry sources)
    {
        var attributes = new List<TelemetryAttribute>();
        while (resource.Next())
        {
            if (resource.Field == 1) attributes.Add(Attribute(resource.Message()));
            else resource.Skip();
        }

        return sources.Get([.. attributes]);
    }

    /// <summary>InstrumentationScope: name = 1.</summary>
    public static string ScopeName(ProtoReader scope)
    {
        var name = "";
        while (scope.Next())
        {
            if (scope.Field == 1) name = scope.Name();
            else scope.Skip();
        }

        return name;
    }

    /// <summary>KeyValue: key = 1, value = 2.</summary>
    public static TelemetryAttribute Attribute(ProtoReader pair)
    {
        var key = "";
        var value = "";
        while (pair.Next())
        {
            switch (pair.Field)
            {
                case 1: key = pair.Name(); break;
                case 2: value = Value(pair.Message(), 0); break;
                default: pair.Skip(); break;
            }
        }

        return new(key, value);
    }

    /// <summary>AnyValue: string = 1, bool = 2, int = 3, double = 4, array = 5, kvlist = 6, bytes = 7.</summary>
    public static string Value(ProtoReader any, int depth)
    {
        if (depth > DeepestValue) throw new InvalidDataException("An attribute value is nested too deeply.");
        var value = "";
        while (any.Next())
        {
            switch (any.Field)
            {
                case 1: value = Cut(any.Name()); break;
                case 2: value = any.Varint() != 0 ? "true" : "false"; break;
                case 3: value = unchecked((long)any.Varint()).ToString(CultureInfo.InvariantCulture); break;
                case 4: value = any.Double().ToString("R", CultureInfo.InvariantCulture); break;
                case 5: value = Joined(any.Message(), "[", "]", depth); break;
                case 6: value = Joined(any.Message(), "{", "}", depth); break;
                case 7: value = Cut(Convert.ToBase64String(any.Bytes())); break;
                default: any.Skip(); break;
            }
        }

        return value;
    }

    /// <summary>Trace ids have 16 bytes, span ids 8; zero stands for none, any other length for a broken sender.</summary>
    public static UInt128 TraceId(ReadOnlySpan<byte> id) => id.Length == 16 ? BinaryPrimitives.ReadUInt128BigEndian(id) : 0;

    public static ulong SpanId(ReadOnlySpan<byte> id) => id.Length == 8 ? BinaryPrimitives.ReadUInt64BigEndian(id) : 0;

    // ArrayValue: values = 1 (AnyValue). KeyValueList: values = 1 (KeyValue).
    private static string Joined(ProtoReader list, string open, string close, int depth)
    {
        var text = new StringBuilder(open);
        while (list.Next())
        {
            if (list.Field != 1)
            {
                list.Skip();
                continue;
            }

            if (text.Length > 1) text.Append(", ");
            if (open == "[")
            {
                text.Append(Value(list.Message(), depth + 1));
                continue;
            }

            var pair = list.Message();
            while (pair.Next())
            {
                switch (pair.Field)
                {
                    case 1: text.Append(pair.Name()).Append(": "); break;
                    case 2: text.Append(Value(pair.Message(), depth + 1)); break;
                    default: pair.Skip(); break;
                }
            }
        }

        return Cut(text.Append(close).ToString());
    }

    private static string Cut(string value) => value.Length <= LongestValue ? value : value[..LongestValue] + "…";
}
