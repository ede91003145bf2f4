using Maas.Images.FileTrees;

namespace Maas.Images.Inspection;

/// <summary>What a medium calls itself.</summary>
internal static class InstallMediaTitle
{
    private const int Longest = 200;

    /// <summary>The first line of <c>.disk/info</c> (Debian and Ubuntu), or else the volume's label.</summary>
    public static string Of(IFileTree tree)
    {
        var title = (TreeText.Read(tree, ".disk/info") ?? "").Split('\n')[0].Trim();
        if (title.Length == 0) title = tree.Label;
        return new([.. title.Where(letter => !char.IsControl(letter)).Take(Longest)]);
    }
}
