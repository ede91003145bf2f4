namespace VmLab.Networks;

/// <summary>The process a lab belongs to, written into the name of its namespace: <c>maaslab-PID-START-N</c>.</summary>
/// <remarks>The start time (proc(5), field 22, clock ticks since boot) tells a process from a later one with the same number.</remarks>
internal sealed class LabOwner(int processId)
{
    private const string Prefix = "maaslab";

    public string NamespaceName(int number) => $"{Prefix}-{processId}-{StartOf(processId)}-{number}";

    /// <summary>Whether <paramref name="name"/> is a lab's and its process is gone.</summary>
    public static bool IsStale(string name) =>
        name.Split('-') is [Prefix, var id, var start, _] && int.TryParse(id, out var owner) && StartOf(owner) != start;

    private static string? StartOf(int id)
    {
        try
        {
            // The second field is the program's name in parentheses and may hold spaces.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
