# The committed reference must be what the tables say. To renew it: baleen list --markdown > docs/reference.md
execute_process(COMMAND ${BALEEN} list --markdown OUTPUT_VARIABLE now RESULT_VARIABLE failed)
file(READ ${REFERENCE} committed)
if(failed OR NOT now STREQUAL committed)
  message(FATAL_ERROR "docs/reference.md is not what 'baleen list --markdown' prints now: renew it and commit it")
endif()
