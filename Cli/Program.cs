using System.Text;
using Switchyard.Cli;

// Symbols and names in step output are not ASCII; a pipe would otherwise get the machine's legacy code page.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

return await new Yard(TimeProvider.System).RunAsync(args);
