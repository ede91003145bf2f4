using Microsoft.Extensions.Logging;

namespace Maas.Dashboard.Pages;

/// <summary>The sources of images, their selections and the import.</summary>
public partial class ImageSourcesPage
{
    [LoggerMessage(3, LogLevel.Warning, "Failed to read the progress of the import of images; trying again")]
    private static partial void LogNotRead(ILogger logger, Exception failure);
}
