using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Switchyard.RunnerService.Scripts;
using Switchyard.RunnerService.Steps;
using Switchyard.Tests.Support;

namespace Switchyard.RunnerService.Tests.Steps;

public sealed class ScriptStepTests : IDisposable
{
    private readonly ScriptOptions _options = new() { MaxProcesses = 2, Timeout = TimeSpan.FromSeconds(10) };
    private readonly ScriptPool _pool;
    private readonly ScriptStep _step;

    public ScriptStepTests()
    {
        _pool = new ScriptPool(Options.Create(_options), NullLogger<ScriptPool>.Instance);
        _step = new ScriptStep(_pool, Options.Create(_options), NullLogger<ScriptStep>.Instance);
    }

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData("input.a + 1", "5")]
    [InlineData("return input.a + 1", "5")]
    [InlineData("var rows = input.rows.filter(function (r) { return r.n > 1; }); ({ count: rows.length, first: rows[0] })", """{"count":2,"first":{"n":2}}""")]
    [InlineData("input.missing", "null")]
    [InlineData("'ä😀\\n'", "\"ä😀\\n\"")]
    [InlineData("new Date(0).toISOString()", "\"1970-01-01T00:00:00.000Z\"")]
    [InlineData("console.log('seen', input); 1 // done", "1")]
    public async Task X7_a_script_gives_its_last_value_or_what_it_returns(string source, string output)
    {
        var done = await _step.RunAsync<StepOutcome.Succeeded>(Script(source));

        Assert.Equal(StepContexts.Json(output).GetRawText(), done.Output.GetRawText());
    }

    [Theory]
    [InlineData("\n\n  throw new Error('no stock')", 3, "no stock")]
    [InlineData("var a = 1;\nnope.b()", 2, "nope is not defined")]
    [InlineData("var a = ;", 1, "Unexpected token")]
    [InlineData("throw 'text'", 1, "text")]
    [InlineData("var x;\nreturn x.y", 2, "")]
    public async Task X7_an_error_names_its_line_and_column(string source, int line, string message)
    {
        var failed = await _step.RunAsync<StepOutcome.Permanent>(Script(source));

        Assert.Equal("SCRIPT_ERROR", failed.Code);
        Assert.Contains(message, failed.Message, StringComparison.Ordinal);
        Assert.Equal(line, failed.Output.GetProperty("line").GetInt32());
        Assert.True(failed.Output.GetProperty("column").GetInt32() >= 0);
    }

    [Theory]
    [InlineData("while (true) {}", "SCRIPT_TIMEOUT", 500)]
    [InlineData("for (;;) ;", "SCRIPT_TIMEOUT", 500)]
    [InlineData("/^(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')", "SCRIPT_TIMEOUT", 800)]
    [InlineData("var s = 'x'; while (true) s += s;", "SCRIPT_MEMORY", 20_000)]
    [InlineData("var a = [], s = 'abcdefgh'; while (s.length < 100000) s += s; while (true) a.push(s + a.length);", "SCRIPT_MEMORY", 20_000)]
    [InlineData("var a = []; a[4294967294] = 1; a.join('x')", "SCRIPT_MEMORY|SCRIPT_TIMEOUT|SCRIPT_ERROR", 2_000)]
    [InlineData("function f() { return f(); } f()", "SCRIPT_RECURSION", 10_000)]
    [InlineData("var o = {}; o.toString = function () { return '' + o; }; '' + o", "SCRIPT_RECURSION", 20_000)]
    [InlineData("var o = { get x() { return this.x; } }; o.x", "SCRIPT_RECURSION", 20_000)]
    [InlineData("var s = 'x'; while (s.length < 2000000) s += s; s", "SCRIPT_OUTPUT_TOO_LARGE", 10_000)]
    [InlineData("var a = []; for (var i = 0; i < 60000; i++) a.push('xxxxxxxxxxxxxxxxxxxxx'); a", "SCRIPT_OUTPUT_TOO_LARGE", 20_000)]
    [InlineData("var a = {}; a.a = a; a", "SCRIPT_ERROR", 10_000)]
    public async Task X7_a_hostile_script_fails_with_a_clear_code_and_the_next_one_works(string source, string codes, int timeoutMs)
    {
        var failed = await _step.RunAsync<StepOutcome.Permanent>(Script(source, timeoutMs));
        Assert.Contains(failed.Code, codes.Split('|'));

        var next = await _step.RunAsync<StepOutcome.Succeeded>(Script("1 + 1"));
        Assert.Equal("2", next.Output.GetRawText());
    }

    [Fact]
    public async Task X7_source_nested_beyond_any_stack_is_a_recursion()
    {
        var failed = await _step.RunAsync<StepOutcome.Permanent>(Script(new string('(', 120_000) + "1" + new string(')', 120_000), 20_000));

        Assert.Equal("SCRIPT_RECURSION", failed.Code);
    }

    [Theory]
    [InlineData("typeof System")]
    [InlineData("typeof importNamespace")]
    [InlineData("typeof require")]
    [InlineData("typeof process")]
    [InlineData("typeof XMLHttpRequest")]
    [InlineData("typeof fetch")]
    [InlineData("typeof console.log.GetType")]
    [InlineData("typeof input.GetType")]
    public async Task X7_a_script_sees_nothing_of_the_machine(string source)
    {
        var done = await _step.RunAsync<StepOutcome.Succeeded>(Script(source));

        Assert.Equal("\"undefined\"", done.Output.GetRawText());
    }

    [Fact]
    public async Task X7_nothing_of_one_script_reaches_the_next()
    {
        await _step.RunAsync<StepOutcome.Succeeded>(Script("leak = 1; Array.prototype.leak = 2; Object.prototype.x = 3; leak"));

        var next = await _step.RunAsync<StepOutcome.Succeeded>(Script("[typeof leak, typeof [].leak, typeof ({}).x]"));

        Assert.Equal("""["undefined","undefined","undefined"]""", next.Output.GetRawText());
    }

    [Fact]
    public async Task X7_a_canceled_step_ends_its_script_at_once()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var started = Stopwatch.GetTimestamp();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _step.ExecuteAsync(Script("while (true) {}"), cancel.Token));

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task X7_many_scripts_share_few_processes()
    {
        var outputs = await Task.WhenAll(Enumerable.Range(0, 200).Select(async n =>
            (await _step.RunAsync<StepOutcome.Succeeded>(Script($"input.a + {n}"))).Output.GetInt32()));

        Assert.Equal(Enumerable.Range(4, 200), outputs);
    }

    [Fact]
    public async Task X7_input_and_source_have_limits()
    {
        var large = new string('x', _options.MaxInputBytes + 1);
        var input = await _step.RunAsync<StepOutcome.Permanent>(StepContexts.For($$"""{"code":"1","input":"{{large}}"}"""));
        var source = await _step.RunAsync<StepOutcome.Permanent>(Script(new string(' ', _options.MaxSourceLength + 1)));

        Assert.Equal("SCRIPT_INPUT_TOO_LARGE", input.Code);
        Assert.Equal(StepWith.InvalidCode, source.Code);
    }

    [Fact]
    public async Task X7_a_host_whose_runner_is_gone_exits_in_the_middle_of_a_script()
    {
        using var process = ScriptProcess.Start(_options);
        var job = System.Text.Encoding.UTF8.GetBytes(
            """{"source":"while (true) {}","limits":{"maxStatements":2000000000,"maxRecursion":10,"maxOutputBytes":10,"regexMs":10}}""");
        Assert.True(await process.IsReadyAsync(TestContext.Current.CancellationToken));
        var running = process.RunAsync(job, 1_000, TestContext.Current.CancellationToken);

        process.CloseInput();

        Assert.Null(await running.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        await Eventually.TrueAsync(() => process.HasExited, "the host has exited by itself");
    }

    [Fact]
    public async Task X7_a_host_starts_without_anything_of_the_runners_environment()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var process = ScriptProcess.Start(_options);
        var environment = "";
        await Eventually.TrueAsync(
            () =>
            {
                environment = File.ReadAllText($"/proc/{process.Id}/environ");
                return !File.ReadAllText($"/proc/{process.Id}/cmdline").Contains("ulimit", StringComparison.Ordinal) && environment.Length > 0;
            },
            "the shell has become the host");

        var names = environment.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('=')[0]);
        Assert.All(names, name => Assert.True(name.StartsWith("DOTNET_", StringComparison.Ordinal) || name is "MALLOC_ARENA_MAX" or "PWD" or "OLDPWD" or "_" or "SHLVL", name));

        var limits = File.ReadAllText($"/proc/{process.Id}/limits");
        Assert.Matches(@"Max file size\s+0 ", limits);
        Assert.Matches(@"Max data size\s+369098752 ", limits);
        Assert.Matches(@"Max cpu time\s+620 ", limits);
    }

    private static StepContext Script(string source, int? timeoutMs = null) => StepContexts.For(
        System.Text.Json.JsonSerializer.Serialize(new { code = source, timeoutMs, input = new { a = 4, rows = new[] { new { n = 1 }, new { n = 2 }, new { n = 3 } } } }));
}
