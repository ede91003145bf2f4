using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ImageLoad;

/// <summary>
/// A program of the reference tools, started without a shell by <c>posix_spawnp(3)</c>: .NET's own start of a process takes longer than
/// some of these tools work.
/// </summary>
/// <param name="Program">Looked for in the path.</param>
/// <param name="Arguments">As the program gets them.</param>
internal sealed record Command(string Program, params string[] Arguments)
{
    private const int WriteCreateTruncate = 0x241; // O_WRONLY | O_CREAT | O_TRUNC
    private const int ActionsSize = 256; // glibc's posix_spawn_file_actions_t has 80
    private const int UsageSize = 256; // and its struct rusage 144

    /// <summary>The file that its output goes to.</summary>
    public string Output { get; init; } = "/dev/null";

    /// <summary>Exit codes that mean success.</summary>
    public int[] Successes { get; init; } = [0];

    /// <summary>Runs it to its end.</summary>
    /// <returns>The time on the clock, and of the processors.</returns>
    public Cost Run()
    {
        var started = Stopwatch.GetTimestamp();
        var actions = new byte[ActionsSize];
        Check(FileActionsInit(actions));
        Check(FileActionsAddOpen(actions, 1, Output, WriteCreateTruncate, 0b110_100_100));
        Check(FileActionsAddOpen(actions, 2, "/dev/null", WriteCreateTruncate, 0b110_100_100));
        string?[] environment = [$"PATH={Environment.GetEnvironmentVariable("PATH")}", "LC_ALL=C.UTF-8", "MTOOLS_SKIP_CHECK=1", null];
        Check(SpawnPath(out var process, Program, actions, 0, [Program, .. Arguments, null], environment));
        var usage = new byte[UsageSize];
        if (Wait(process, out var status, 0, usage) != process) throw new InvalidOperationException($"{Program} could not be waited for.");
        var elapsed = Stopwatch.GetElapsedTime(started);
        Check(FileActionsDestroy(actions));
        if ((status & 0x7F) != 0 || !Successes.Contains(status >> 8))
            throw new InvalidOperationException($"{Program} {string.Join(' ', Arguments)} ended with {status:x}.");
        return new Cost(elapsed, Time(usage, 0) + Time(usage, 16));
    }

    private static TimeSpan Time(byte[] usage, int at) =>
        TimeSpan.FromSeconds(BitConverter.ToInt64(usage, at)) + TimeSpan.FromMicroseconds(BitConverter.ToInt64(usage, at + 8));

    private void Check(int error)
    {
        if (error != 0) throw new InvalidOperationException($"{Program} could not be started: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [DllImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FileActionsInit(byte[] actions);

    [DllImport("libc", EntryPoint = "posix_spawn_file_actions_addopen")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FileActionsAddOpen(
        byte[] actions,
        int descriptor,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        int flags,
        uint mode);

    [DllImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FileActionsDestroy(byte[] actions);

    [DllImport("libc", EntryPoint = "posix_spawnp")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SpawnPath(out int process, [MarshalAs(UnmanagedType.LPUTF8Str)] string program, byte[] actions,
        nint attributes,
        [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] arguments,
        [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] environment);

    [DllImport("libc", EntryPoint = "wait4")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Wait(int process, out int status, int options, byte[] usage);
}
