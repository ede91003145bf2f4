using System.ComponentModel;
using System.Globalization;

namespace Maas.Boot.Capture;

/// <summary>Refuses a text, so that configuration that names an object made in code is an error and is not passed over.</summary>
internal sealed class SetInCodeTypeConverter : TypeConverter
{
    public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
        sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

    public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
        throw new NotSupportedException("It is made in code, and cannot be configured.");
}
