using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Switchyard.Tests.Support;

namespace Switchyard.ServiceDefaults.Tests;

public sealed class ConsoleLinesTests
{
    [Fact]
    public void An_entry_is_one_line_even_when_a_value_holds_a_line_break() =>
        Assert.Equal("08:00:00.000 warn Deep: run x fail Fake: y\n", Write(LogLevel.Warning, "run x\nfail Fake: y").ReplaceLineEndings("\n"));

    [Fact]
    public void A_warning_names_its_exception_on_the_same_line() =>
        Assert.Equal("08:00:00.000 warn Deep: slow | TimeoutException: too long\n", Write(LogLevel.Warning, "slow", new TimeoutException("too long")).ReplaceLineEndings("\n"));

    private static string Write(LogLevel level, string message, Exception? e = null)
    {
        using var writer = new StringWriter();
        new ConsoleLines(Options.Create(new ConsoleFormatterOptions()), new MovableClock())
            .Write(new LogEntry<string>(level, "Some.Thing.Deep", default, message, e, (state, _) => state), null, writer);
        return writer.ToString();
    }
}
