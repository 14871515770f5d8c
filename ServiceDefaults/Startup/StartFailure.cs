using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Switchyard.Contracts.Problems;

namespace Switchyard.ServiceDefaults;

/// <summary>Ends a process that cannot start with one sentence and exit code 1, where an operator can do something about it.</summary>
public static class StartFailure
{
    private static int _told;

    internal static void TellInOneSentence()
    {
        if (Interlocked.Exchange(ref _told, 1) == 1) return;
        // Anything else keeps the runtime's own report with the stack: that is a defect, not an operator's matter.
        AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
        {
            if (unhandled.ExceptionObject is not Exception e || Explain(e) is not { } sentence) return;
            Console.Error.WriteLine(sentence);
            Environment.Exit(1);
        };
    }

    /// <summary>The sentence for a failure whose cause lies outside the program; null when it is a surprise.</summary>
    public static string? Explain(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case CannotStartException:
                    return cause.Message;
                case OptionsValidationException options:
                    return $"The configuration is not valid: {string.Join("; ", options.Failures)}.";
                case AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }:
                    return $"{e.Message.TrimEnd('.')}: stop the process that listens there, or choose another port with ASPNETCORE_URLS.";
                case AggregateException { InnerExceptions: [_, _, ..] } several:
                    return several.InnerExceptions.Select(Explain).FirstOrDefault(sentence => sentence is not null);
            }
        }

        return null;
    }
}
