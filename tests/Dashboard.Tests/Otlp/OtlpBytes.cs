using System.Buffers.Binary;
using System.Text;

namespace Switchyard.Dashboard.Tests.Otlp;

/// <summary>Writes OTLP messages byte by byte, independent of the reader under test, for what no SDK would send.</summary>
internal static class OtlpBytes
{
    public static byte[] Field(int number, params byte[][] parts)
    {
        var content = parts.SelectMany(p => p).ToArray();
        return [.. Varint((ulong)((number << 3) | 2)), .. Varint((ulong)content.Length), .. content];
    }

    public static byte[] Text(int number, string value) => Field(number, Encoding.UTF8.GetBytes(value));

    public static byte[] Number(int number, ulong value) => [.. Varint((ulong)(number << 3)), .. Varint(value)];

    public static byte[] Fixed64(int number, ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return [.. Varint((ulong)((number << 3) | 1)), .. bytes];
    }

    public static byte[] Double(int number, double value) => Fixed64(number, BitConverter.DoubleToUInt64Bits(value));

    public static byte[] Attribute(int number, string key, string value) => Field(number, Text(1, key), Field(2, Text(1, value)));

    public static byte[] Resource(string service) => Field(1, Attribute(1, "service.name", service), Attribute(1, "service.instance.id", service + "-1"));

    /// <summary>ExportTraceServiceRequest with the given spans of one service.</summary>
    public static byte[] Traces(string service, params byte[][] spans) => Field(1, Resource(service), Field(2, [Field(1, Text(1, "tests")), .. spans.Select(s => Field(2, s))]));

    public static byte[] Span(UInt128 traceId, ulong spanId, ulong parentId, string name, ulong start, ulong end, params byte[][] more)
    {
        var trace = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(trace, traceId);
        return [.. Field(1, trace), .. Field(2, Id(spanId)), .. parentId == 0 ? [] : Field(4, Id(parentId)), .. Text(5, name), .. Number(6, 2), .. Fixed64(7, start), .. Fixed64(8, end), .. more.SelectMany(m => m)];
    }

    /// <summary>ExportMetricsServiceRequest with one metric.</summary>
    public static byte[] Metrics(string service, string name, byte[] data) => Field(1, Resource(service), Field(2, Field(1, Text(1, "tests")), Field(2, Text(1, name), data)));

    public static HttpContent Body(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new("application/x-protobuf");
        return content;
    }

    private static byte[] Id(ulong id)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, id);
        return bytes;
    }

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
