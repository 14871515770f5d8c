using Aspire.Dashboard.StructuredLogs;
using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Otlp;

/// <summary>Reads ExportLogsServiceRequest; the field numbers are those of opentelemetry/proto/logs/v1/logs.proto.</summary>
internal static class LogReader
{
    /// <summary>ExportLogsServiceRequest: resource_logs = 1.</summary>
    public static List<LogEntry> Read(ReadOnlySpan<byte> request, SourceRegistry sources)
    {
        var entries = new List<LogEntry>();
        var reader = new ProtoReader(request);
        while (reader.Next())
        {
            if (reader.Field == 1) ReadResource(reader.Bytes(), sources, entries);
            else reader.Skip();
        }

        return entries;
    }

    // ResourceLogs: resource = 1, scope_logs = 2.
    private static void ReadResource(ReadOnlySpan<byte> message, SourceRegistry sources, List<LogEntry> entries)
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
            if (second.Field == 2) ReadScope(second.Bytes(), source, entries);
            else second.Skip();
        }
    }

    // ScopeLogs: scope = 1, log_records = 2.
    private static void ReadScope(ReadOnlySpan<byte> message, TelemetrySource source, List<LogEntry> entries)
    {
        var scope = "";
        for (var first = new ProtoReader(message); first.Next();)
        {
            if (first.Field == 1) scope = CommonReader.ScopeName(first.Message());
            else first.Skip();
        }

        for (var second = new ProtoReader(message); second.Next();)
        {
            if (second.Field == 2) entries.Add(ReadRecord(second.Message(), source, scope));
            else second.Skip();
        }
    }

    // LogRecord: time = 1, severity_number = 2, body = 5, attributes = 6, trace_id = 9, span_id = 10, observed_time = 11, event_name = 12.
    private static LogEntry ReadRecord(ProtoReader record, TelemetrySource source, string scope)
    {
        ulong time = 0, observed = 0, spanId = 0;
        UInt128 traceId = 0;
        var severity = 0UL;
        var body = "";
        string? eventName = null;
        var attributes = new TakenList<TelemetryAttribute>();
        while (record.Next())
        {
            switch (record.Field)
            {
                case 1: time = record.Fixed64(); break;
                case 2: severity = record.Varint(); break;
                case 5: body = CommonReader.Value(record.Message(), 0); break;
                case 6: attributes.Add(CommonReader.Attribute(record.Message())); break;
                case 9: traceId = CommonReader.TraceId(record.Bytes()); break;
                case 10: spanId = CommonReader.SpanId(record.Bytes()); break;
                case 11: observed = record.Fixed64(); break;
                case 12: eventName = record.Name(); break;
                default: record.Skip(); break;
            }
        }

        return new()
        {
            At = DateTimeOffset.UnixEpoch.AddTicks((long)Math.Min((time != 0 ? time : observed) / 100, (ulong)(DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks)),
            Source = source,
            Category = scope,
            Severity = severity is 0 or > 24 ? LogSeverity.Unspecified : (LogSeverity)((severity + 3) / 4),
            Message = body,
            EventName = eventName,
            TraceId = traceId,
            SpanId = spanId,
            Attributes = attributes.ToArray(),
        };
    }
}
