using MudBlazor;

namespace Maas.Dashboard.Layout;

/// <summary>Colours with the contrast that WCAG AA asks for, light and dark, and the fonts of the reader's system.</summary>
internal static class DashboardTheme
{
    private static readonly string[] Fonts = ["system-ui", "Segoe UI", "Roboto", "Cantarell", "Noto Sans", "Liberation Sans", "sans-serif"];

    /// <summary>The theme.</summary>
    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#0b5394",
            Secondary = "#5b3a8c",
            Info = "#0b5394",
            Success = "#1b6e35",
            Warning = "#8a5000",
            Error = "#b3261e",
            Background = "#f6f7f9",
            Surface = "#ffffff",
            TextPrimary = "#1b1f24",
            TextSecondary = "#4d5560",
            ActionDefault = "#4d5560",
            LinesDefault = "#d5dae0",
            TableLines = "#d5dae0",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#8ec7ff",
            PrimaryContrastText = "#06233d",
            Secondary = "#cdb4f5",
            Info = "#8ec7ff",
            Success = "#7ad694",
            Warning = "#ffbf66",
            Error = "#ff9d94",
            ErrorContrastText = "#3d0704",
            Background = "#14171c",
            Surface = "#1d2127",
            TextPrimary = "#e8ebef",
            TextSecondary = "#b4bcc7",
            ActionDefault = "#b4bcc7",
            LinesDefault = "#3a414b",
            TableLines = "#3a414b",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts },
            Button = new ButtonTypography { TextTransform = "none" },
        },
    };
}
