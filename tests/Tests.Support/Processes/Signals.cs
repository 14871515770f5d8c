using System.Runtime.InteropServices;

namespace Switchyard.Tests.Support.Processes;

/// <summary>The signals that tests send to processes they started.</summary>
public static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;
    public const int Interrupt = 2;
    public const int Quit = 3;

    public static void Send(int processId, int signal)
    {
        // 0 and below would reach whole process groups.
        ArgumentOutOfRangeException.ThrowIfLessThan(processId, 2);
        _ = SendToProcess(processId, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendToProcess(int processId, int signal);
}
