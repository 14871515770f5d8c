using Aspire.Dashboard.Telemetry;
using Aspire.Dashboard.Traces;

namespace Aspire.Dashboard.Otlp;

/// <summary>Reads ExportTraceServiceRequest; the field numbers are those of opentelemetry/proto/trace/v1/trace.proto.</summary>
internal static class TraceReader
{
    /// <summary>ExportTraceServiceRequest: resource_spans = 1. Spans without ids are counted in <paramref name="rejected"/>.</summary>
    public static List<Span> Read(ReadOnlySpan<byte> request, SourceRegistry sources, out int rejected)
    {
        var spans = new List<Span>();
        rejected = 0;
        var reader = new ProtoReader(request);
        while (reader.Next())
        {
            if (reader.Field == 1) ReadResource(reader.Bytes(), sources, spans, ref rejected);
            else reader.Skip();
        }

        return spans;
    }

    // ResourceSpans: resource = 1, scope_spans = 2. Order on the wire is free, so the resource is looked for first.
    private static void ReadResource(ReadOnlySpan<byte> message, SourceRegistry sources, List<Span> spans, ref int rejected)
    {
        TelemetrySource? source = null;
        for (var first = new ProtoReader(message); first.Next();)
        {
            if (first.Field == 1) source = CommonReader.Source(first.Message(), sources);
            else first.Skip();
        }

        source ??= sources.Get([]);
        for (var second = new ProtoReader(message); second.Next();)
        {
            if (second.Field == 2) ReadScope(second.Bytes(), source, spans, ref rejected);
            else second.Skip();
        }
    }

    // ScopeSpans: scope = 1, spans = 2.
    private static void ReadScope(ReadOnlySpan<byte> message, TelemetrySource source, List<Span> spans, ref int rejected)
    {
        var scope = "";
        for (var first = new ProtoReader(message); first.Next();)
        {
            if (first.Field == 1) scope = CommonReader.ScopeName(first.Message());
            else first.Skip();
        }

        for (var second = new ProtoReader(message); second.Next();)
        {
            if (second.Field != 2)
            {
                second.Skip();
                continue;
            }

            var span = ReadSpan(second.Message(), source, scope);
            if (span.TraceId != 0 && span.SpanId != 0) spans.Add(span);
            else rejected++;
        }
    }

    // Span: trace_id = 1, span_id = 2, parent_span_id = 4, name = 5, kind = 6, start = 7, end = 8, attributes = 9, events = 11, links = 13, status = 15.
    private static Span ReadSpan(ProtoReader span, TelemetrySource source, string scope)
    {
        UInt128 traceId = 0;
        ulong spanId = 0, parentId = 0;
        long start = 0, end = 0;
        var name = "";
        var kind = SpanKind.Unspecified;
        var status = (IsError: false, Message: (string?)null);
        var attributes = new TakenList<TelemetryAttribute>();
        var events = new TakenList<SpanEvent>();
        var links = new TakenList<SpanLink>();
        while (span.Next())
        {
            switch (span.Field)
            {
                case 1: traceId = CommonReader.TraceId(span.Bytes()); break;
                case 2: spanId = CommonReader.SpanId(span.Bytes()); break;
                case 4: parentId = CommonReader.SpanId(span.Bytes()); break;
                case 5: name = span.Name(); break;
                case 6: kind = span.Varint() is var number and <= 5 ? (SpanKind)number : SpanKind.Unspecified; break;
                case 7: start = unchecked((long)span.Fixed64()); break;
                case 8: end = unchecked((long)span.Fixed64()); break;
                case 9: attributes.Add(CommonReader.Attribute(span.Message())); break;
                case 11: events.Add(ReadEvent(span.Message())); break;
                case 13: links.Add(ReadLink(span.Message())); break;
                case 15: status = ReadStatus(span.Message()); break;
                default: span.Skip(); break;
            }
        }

        return new()
        {
            TraceId = traceId,
            SpanId = spanId,
            ParentId = parentId,
            Name = name,
            Kind = kind,
            Start = Math.Max(0, start),
            End = Math.Max(Math.Max(0, start), end),
            Source = source,
            Scope = scope,
            IsError = status.IsError,
            StatusMessage = status.Message,
            Attributes = attributes.ToArray(),
            Events = events.ToArray(),
            Links = links.ToArray(),
        };
    }

    // Span.Event: time = 1, name = 2, attributes = 3.
    private static SpanEvent ReadEvent(ProtoReader message)
    {
        long at = 0;
        var name = "";
        var attributes = new TakenList<TelemetryAttribute>();
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1: at = unchecked((long)message.Fixed64()); break;
                case 2: name = message.Name(); break;
                case 3: attributes.Add(CommonReader.Attribute(message.Message())); break;
                default: message.Skip(); break;
            }
        }

        return new(name, at, attributes.ToArray());
    }

    // Span.Link: trace_id = 1, span_id = 2, attributes = 4.
    private static SpanLink ReadLink(ProtoReader message)
    {
        UInt128 traceId = 0;
        ulong spanId = 0;
        var attributes = new TakenList<TelemetryAttribute>();
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1: traceId = CommonReader.TraceId(message.Bytes()); break;
                case 2: spanId = CommonReader.SpanId(message.Bytes()); break;
                case 4: attributes.Add(CommonReader.Attribute(message.Message())); break;
                default: message.Skip(); break;
            }
        }

        return new(traceId, spanId, attributes.ToArray());
    }

    // Status: message = 2, code = 3 where 2 is an error.
    private static (bool IsError, string? Message) ReadStatus(ProtoReader message)
    {
        var isError = false;
        string? text = null;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 2: text = message.Text(); break;
                case 3: isError = message.Varint() == 2; break;
                default: message.Skip(); break;
            }
        }

        return (isError, string.IsNullOrEmpty(text) ? null : text);
    }
}
