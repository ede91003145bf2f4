namespace ImageLoad;

/// <summary>All rows of the table.</summary>
internal static class Rows
{
    public static IEnumerable<Row> All(Inputs inputs) =>
        [.. IsoRows.All(inputs), .. ExtRows.All(inputs), .. SquashRows.All(inputs), .. DiskRows.All(inputs)];
}
