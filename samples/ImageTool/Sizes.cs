namespace ImageTool;

internal static class Sizes
{
    private static readonly string[] Units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>A size as people read it: <c>3.2 GiB</c>.</summary>
    public static string Of(long bytes)
    {
        double size = bytes;
        var unit = 0;
        for (; size >= 1024 && unit < Units.Length - 1; unit++) size /= 1024;
        return unit == 0 ? $"{bytes} bytes" : $"{size:0.#} {Units[unit]}";
    }
}
