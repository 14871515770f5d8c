using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Jint;
using Jint.Native;
using Jint.Parser;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace Switchyard.ScriptHost;

/// <summary>
/// Runs one script in an engine of its own: ECMAScript 5 with <c>input</c> and <c>console.log</c>, and nothing of .NET, of the
/// file system or of the network, because nothing of it is handed in.
/// </summary>
internal sealed class Sandbox
{
    private const int MaxLogLines = 100;
    private const int MaxLogChars = 16_384;

    private readonly List<string> _log = [];
    private int _logChars;

    public ScriptAnswer Run(ScriptJob job)
    {
        var answer = Answer(job);
        return answer with { Log = _log };
    }

    private ScriptAnswer Answer(ScriptJob job)
    {
        try
        {
            var output = Evaluate(job);
            return Encoding.UTF8.GetByteCount(output) > job.Limits.MaxOutputBytes
                ? Failed(ScriptCodes.OutputTooLarge, $"The script's output is larger than {job.Limits.MaxOutputBytes} bytes.")
                : new ScriptAnswer { Output = output };
        }
        catch (ParserException e)
        {
            return Failed(ScriptCodes.Failed, e.Description ?? e.Message, e.LineNumber, e.Column);
        }
        catch (JavaScriptException e)
        {
            return Failed(ScriptCodes.Failed, Said(e), e.LineNumber, e.Column + 1);
        }
        catch (RecursionDepthOverflowException)
        {
            return Failed(ScriptCodes.Recursion, $"The script calls itself more than {job.Limits.MaxRecursion} levels deep.");
        }
        catch (StatementsCountOverflowException)
        {
            return Failed(ScriptCodes.Timeout, $"The script executes more than {job.Limits.MaxStatements} statements.");
        }
        catch (RegexMatchTimeoutException)
        {
            return Failed(ScriptCodes.Timeout, $"A regular expression searches for more than {job.Limits.RegexMs} ms.");
        }
        catch (Exception e) when (e is not (OutOfMemoryException or InsufficientExecutionStackException))
        {
            // The engine is old and throws .NET exceptions for a few things that scripts may do (a bad regular expression).
            return Failed(ScriptCodes.Failed, e.Message);
        }
    }

    private string Evaluate(ScriptJob job)
    {
        AppContext.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", TimeSpan.FromMilliseconds(job.Limits.RegexMs));
        var program = Parse(job.Source);
        var engine = new Engine(options => options
            .LimitRecursion(job.Limits.MaxRecursion)
            .MaxStatements(job.Limits.MaxStatements)
            .LocalTimeZone(TimeZoneInfo.Utc)
            .Culture(System.Globalization.CultureInfo.InvariantCulture));

        var input = job.Input.ValueKind == JsonValueKind.Undefined ? "null" : job.Input.GetRawText();
        engine.SetValue("input", engine.Json.Parse(JsValue.Undefined, [new JsValue(input)]));
        engine.SetValue("console", Console(engine));

        var value = engine.Execute(program).GetCompletionValue();
        var text = engine.Json.Stringify(JsValue.Undefined, [value]);
        return text.IsString() ? text.AsString() : "null";
    }

    /// <summary>A script is a program whose last value counts, or, when it says <c>return</c>, the body of a function.</summary>
    private static Jint.Parser.Ast.Program Parse(string source)
    {
        try
        {
            return new JavaScriptParser().Parse(source);
        }
        catch (ParserException e) when (e.Message.Contains("Illegal return", StringComparison.Ordinal))
        {
            // Nothing before the source on its line, so that positions stay true except in the first line.
            const string open = "(function () { ";
            try
            {
                return new JavaScriptParser().Parse(open + source + "\n})()");
            }
            catch (ParserException inner)
            {
                if (inner.LineNumber == 1) inner.Column -= open.Length;
                throw;
            }
        }
    }

    private Jint.Native.Object.ObjectInstance Console(Engine engine)
    {
        var log = new ClrFunctionInstance(engine, (_, arguments) =>
        {
            var line = string.Join(' ', arguments.Select(argument => argument.IsObject()
                ? engine.Json.Stringify(JsValue.Undefined, [argument]).ToString()
                : TypeConverter.ToString(argument)));
            if (_log.Count < MaxLogLines && _logChars + line.Length <= MaxLogChars)
            {
                _log.Add(line);
                _logChars += line.Length;
            }

            return JsValue.Undefined;
        });

        var console = engine.Object.Construct(Arguments.Empty);
        console.FastAddProperty("log", new JsValue(log), writable: false, enumerable: true, configurable: false);
        return console;
    }

    /// <summary>What was thrown, without running anything of the script again.</summary>
    private static string Said(JavaScriptException e) => e.Error.IsObject() ? e.Message : TypeConverter.ToString(e.Error);

    private static ScriptAnswer Failed(string code, string message, int? line = null, int? column = null) =>
        new() { Error = new ScriptError(code, message.Length > 2_000 ? message[..2_000] : message, line, column) };
}
